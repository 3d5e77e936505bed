internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Results
internal import Store

/// `faultline compare`: what changed between two runs, or two kernels.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Say what changed between two runs or kernels, and what else differs.",
    discussion: """
      faultline compare debian-6.1 debian-6.12
      faultline compare previous latest
      faultline compare results/a 20261121-12:debian-6.12 --format markdown
      faultline compare previous latest --format html >changes.html

      Each side is a run (its id, the beginning of one, latest, previous), a kernel's name (the newest run that has \
      it; of two kernels the newest that has both), a run.json or a run's directory; RUN:KERNEL is one kernel of a \
      run. docs/history.md has the classes.

      Exit status: 0 no regression; 1 regressions; 64 usage; 69 nothing can be concluded, or the history cannot be \
      read.
      """)

  @Argument(help: "What is compared with.")
  var base: String

  @Argument(help: "What is judged.")
  var candidate: String

  @Option(name: .long, help: "human, json (alone on standard output), markdown or html.")
  var format: Format = .human

  @Option(
    name: .long,
    help: "Another class that makes the status 1, as lost-coverage; may be repeated.")
  var failOn: [ComparisonClass] = []

  @Flag(name: .long, help: "Compare although the machines differ.")
  var force = false

  @Flag(name: .long, help: "List every case that changed.")
  var all = false

  @OptionGroup var history: HistoryOptions

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, json, markdown, html
  }

  func run() throws {
    let sides = try ComparedSides(base, candidate, history)
    var comparison = try Comparison.between(
      sides.base.side, sides.candidate.side, force: force, baseDetails: sides.base.details,
      candidateDetails: sides.candidate.details)
    try sides.noteEarlierFailures(in: &comparison)
    var text = ""
    switch format {
    case .human:
      ComparisonReport(style: .standardOutput, width: Terminal().columns, showsAll: all)
        .write(comparison, to: &text)
    case .json: try JSONReport().write(comparison, to: &text)
    case .markdown: ComparisonMarkdown().write(comparison, to: &text)
    case .html: ComparisonHTML().write(comparison, to: &text)
    }
    Terminal.out(text)
    if !comparison.isComparable { throw ExitStatus.hostTrouble.code }
    if ([.regression] + failOn).contains(where: { comparison.count($0) > 0 }) {
      throw ExitStatus.failures.code
    }
  }
}

extension ComparisonClass: ExpressibleByArgument {}
