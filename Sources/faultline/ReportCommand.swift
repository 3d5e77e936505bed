internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Reports
internal import Results
internal import Store

/// `faultline report`: a kept run in another format.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a kept run as KTAP, JUnit, KCIDB, Markdown, mail or HTML.",
    discussion: """
      faultline report results/RUN --format html --out report.html
      faultline report results/RUN --format junit --flavor gitlab --out junit.xml
      faultline report results/RUN --format mail --kernel debian-7.2

      docs/reports.md says what each format has. Exit status: 0 when it was written, whatever \
      the run found; 64 when there is no such run or kernel; 69 when it cannot be written or sent.
      """)

  @OptionGroup var options: ReportOptions

  func run() async throws {
    var saved = try SavedRun(options.run)
    try saved.keep(kernels: options.kernel)
    if options.source.isCertain, Set(saved.run.results.map(\.planned.kernel)).count > 1 {
      throw UsageFailure(
        "a repository, branch or commit is one kernel's, and this run has several\n"
          + "  try: --kernel NAME, once for each")
    }
    let submission = try options.submit.map {
      try KCIDBSubmission(to: $0, environment: ProcessInfo.processInfo.environment)
    }
    let text = try await text(saved)
    if let out = options.out {
      try Data(text.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
    } else if submission == nil {
      Terminal.out(text)
    }
    if let submission {
      Terminal.err("sent to \(submission.address): \(try await submission.send(text))\n")
    }
  }

  private func text(_ saved: SavedRun) async throws -> String {
    let run = saved.run
    let knownIssues = knownIssues()
    var text = ""
    switch options.format {
    case .ktap: KTAPReport().write(run, to: &text)
    case .junit: JUnitReport(options.flavor, knownIssues: knownIssues).write(run, to: &text)
    case .kcidb:
      try KCIDBReport(origin: options.origin, source: options.source, knownIssues: knownIssues)
        .write(run, to: &text)
    case .markdown:
      MarkdownReport(knownIssues: knownIssues, trailer: options.trailer).write(run, to: &text)
    case .mail:
      MailReport(knownIssues: knownIssues, trailer: options.trailer).write(run, to: &text)
    case .html:
      HTMLReport(
        knownIssues: knownIssues, cases: await cases(), excerpts: saved.excerpts(),
        history: earlier(run), pointer: saved.file.lastPathComponent
      ).write(run, to: &text)
    }
    return text
  }

  /// What the history says of the run's cases, where the run is in it.
  private func earlier(_ run: Run) -> [String: [HistoryPoint]] {
    guard !options.noHistory else { return [:] }
    do {
      let history = try options.history.existing()
      guard let stored = try history.run(named: run.id) else {
        if options.history.path != nil {
          Terminal.err("note: the history does not have this run; there are no strips\n")
        }
        return [:]
      }
      return try history.points(until: stored)
    } catch HistoryError.absent where options.history.path == nil {
      return [:]
    } catch {
      Terminal.err("note: there is nothing of earlier runs: \(Escaping.lines("\(error)"))\n")
      return [:]
    }
  }

  /// The reasons behind the ids; a run can be reported without them.
  private func knownIssues() -> KnownIssues {
    do {
      return try Workspace().knownIssues()
    } catch {
      Terminal.err("note: known issues have no reasons: \(Escaping.lines("\(error)"))\n")
      return KnownIssues()
    }
  }

  /// What the programs declare of their cases; a run can be reported without it.
  private func cases() async -> [CaseListing] {
    do {
      return try await Workspace().suites([]).flatMap(\.cases)
    } catch {
      Terminal.err("note: cases have no promises: \(Escaping.lines("\(error)"))\n")
      return []
    }
  }
}

extension History {
  /// The last results of every case of a run, up to the run itself, by `HistoryPoint.key`; none of a case that only it has.
  fileprivate func points(until run: StoredRun) throws -> [String: [HistoryPoint]] {
    let histories = try cases(until: run, last: HistoryPoint.most).filter { $0.entries.count > 1 }
    return Dictionary(
      histories.map { history in
        let planned = PlannedCase(
          kernel: history.kernel, machine: history.machine, suite: history.suite,
          name: history.name)
        return (HistoryPoint.key(planned), history.entries.compactMap(HistoryPoint.init))
      }, uniquingKeysWith: { first, _ in first })
  }
}
