internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Lab
internal import Reports
internal import Results

/// `faultline check`: from a series to the patch that broke it.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Build, boot and test a patch series, and name the patch that broke each case.",
    discussion: """
      faultline check series.mbox --base debian-source-6.12
      faultline check ~/src/linux@v6.12..topic --suite swap

      Exit status: 0 nothing got worse; 1 regressions, or a patch that does not apply, build or \
      boot; 64 usage; 69 host trouble; 130 interrupted.
      """)

  @Argument(
    help: "An mbox, patches, a directory of them, or DIR@A..B: a range of the git tree DIR.")
  var series: [String]

  @Option(
    name: .long,
    help: "Answers from a kept check.json; with - as the series, about the mail on standard input.")
  var from: String?

  @Option(
    name: .long,
    help: "What the series applies to: a source as for `kernels build`; default for DIR@A..B: A.")
  var base: String?

  @OptionGroup var config: ConfigOptions
  @OptionGroup var suites: SuiteOptions

  @Option(name: .long, help: "every, ends or bisect: which patches are built and tested.")
  var strategy: CheckSpec.Strategy = .ends

  @Option(name: .long, help: "Fresh guests on each side that confirm a difference; 0 for none.")
  var `repeat`: Int = 5

  @Option(name: .long, help: "human, reply, json or b4.")
  var format: Format = .human

  @Option(
    name: .long, help: "\"Name <address>\" for a Tested-by or Reported-by line in the reply.")
  var signedBy: String?

  @Option(name: .long, help: "Where the files go; the default is results/RUN.")
  var out: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, reply, json, b4
  }

  func validate() throws {
    guard (0...20).contains(`repeat`) else {
      throw ValidationError("--repeat is \(`repeat`); expected 0 to 20")
    }
  }

  func run() async throws {
    if let from { return try await answer(from: from) }
    let workspace = try Workspace()
    let fragments = try workspace.fragments(config.config)
    let machine = try suites.oneMachine(workspace)
    let suites = try await self.suites.suites(workspace)
    let origin = try workspace.origin(baseName())
    let series = try await PatchSeries.read(self.series)
    let id = RunName.make()
    let directory = try OutputDirectory.make(out ?? "results/\(id)", without: "check.json")
    let knownIssues = try workspace.knownIssues()
    let progress = CheckProgress(knownIssues)
    let check = try await interruptible {
      let source = try await workspace.sources().tree(origin)
      let applied = try await AppliedSeries.apply(series.patches, to: source.root)
      let builder = KernelBuilder(report: progress.builds)
      let first = try await builder.kernel(
        KernelBuild(name: source.name, source: source, fragments: fragments))
      let choice = try await self.suites.accelerator(
        workspace, probe: first.bootable(name: source.name))
      let lab = try Lab(workspace.installation) { _ in }
      let host = try await lab.open(nil, accelerator: choice)
      let files = series.patches.flatMap(\.files)
      var checker = SeriesChecker(
        CheckSpec(
          source: source, fragments: fragments, series: applied.steps, machine: machine,
          suites: Suite.sorted(suites, touching: files), strategy: strategy,
          repeats: `repeat`, accelerator: choice, directory: directory, id: id), lab: lab,
        host: host, builder: builder, report: progress.note
      ) { run, directory in
        try KeptRun(directory).keep(run, explainedBy: knownIssues)
      }
      do {
        let check = try await checker.check()
        await host.close()
        return check
      } catch {
        await host.close()
        throw error
      }
    }
    try finish(check, series, directory)
  }

  /// What the series applies to: `--base`, or the start of a range.
  private func baseName() throws -> String {
    if let base { return base }
    guard series.count == 1, let range = series.first, let dots = range.range(of: ".."),
      range.contains("@")
    else {
      throw UsageFailure(
        "nothing says what the series applies to\n"
          + "  try: --base debian-source-6.12, or another source of `faultline kernels list`")
    }
    return String(range[..<dots.lowerBound])
  }

  /// Shows a kept check again; with `-` as the series only what it says of the patch in a mail.
  private func answer(from path: String) async throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageFailure("\(path) cannot be read\n  try: --from DIR/check.json of an earlier check")
    }
    let check: SeriesCheck
    do {
      check = try JSONDecoder().decode(SeriesCheck.self, from: data)
    } catch let error as DecodingError {
      throw UsageFailure("\(path) is no check.json of this version: \(error)")
    }
    guard series == ["-"] else { return try show(check, nil, file: path) }
    guard format == .b4 else {
      throw UsageFailure("a mail on standard input is answered with --format b4 only")
    }
    let mail = FileHandle.standardInput.readDataToEndOfFile()
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-\(UUID().uuidString).eml")
    defer { try? FileManager.default.removeItem(at: file) }  // only takes room
    try mail.write(to: file)
    let patch: PatchCheck?
    do {
      let read = try await PatchSeries.read([file.path]).patches.first
      patch = read.flatMap { check.patch(messageID: $0.messageID, subject: $0.subject) }
    } catch is SeriesError {
      patch = nil  // a mail that is no patch: there is nothing to say
    }
    try show(check, patch?.index ?? 0, file: path)
  }

  private func finish(_ found: SeriesCheck, _ series: PatchSeries, _ directory: URL) throws {
    var check = found
    check.notes = series.notes + baseNotes(series) + check.notes
    var json = ""
    try JSONReport().write(check, to: &json)
    let file = directory.appendingPathComponent("check.json")
    try Data(json.utf8).write(to: file, options: .atomic)
    try show(check, nil, file: file.path)
    if check.exitStatus != 0 { throw ExitCode(check.exitStatus) }
  }

  /// Prints a check in the format asked for: of all patches, or of one for b4.
  private func show(_ check: SeriesCheck, _ patch: Int?, file: String) throws {
    let given = series == ["-"] ? "SERIES" : series.joined(separator: " ")
    var text = ""
    switch format {
    case .json: try JSONReport().write(check, to: &text)
    case .b4: try B4Report(series: given).write(check, patch: patch, to: &text)
    case .reply: CheckReply(series: given, tester: signedBy).write(check, to: &text)
    case .human:
      CheckReport(
        style: TerminalStyle(
          isTerminal: isatty(STDOUT_FILENO) == 1,
          environment: ProcessInfo.processInfo.environment),
        width: Terminal().columns, program: Terminal.program, series: given,
        file: Terminal.relative(file),
        reply: CheckReply(series: given, tester: signedBy)
      ).write(check, to: &text)
    }
    Terminal.out(text)
  }

  /// What the series says about its own base, where that is another one.
  private func baseNotes(_ series: PatchSeries) -> [String] {
    guard let commit = series.baseCommit else { return [] }
    return [
      "the series says base-commit: \(commit.prefix(12)); it was applied to "
        + (base ?? "its own start")
    ]
  }
}

extension CheckSpec.Strategy: ExpressibleByArgument {}
