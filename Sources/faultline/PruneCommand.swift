internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Results
internal import Store

/// `faultline prune`: removes old runs from the history.
struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove old runs from the history; without --yes only say which.",
    discussion: """
      faultline prune --keep 200
      faultline prune --keep 20 --older-than 90 --yes

      With both, a run goes only if both say so. The files of runs stay.
      """)

  @Option(name: .long, help: "Keep the newest so many runs.")
  var keep: Int?

  @Option(name: .long, help: "Only runs that began more than so many days ago.")
  var olderThan: Int?

  @Flag(name: .long, help: "Do it.")
  var yes = false

  @OptionGroup var history: HistoryOptions

  func validate() throws {
    guard keep != nil || olderThan != nil else {
      throw ValidationError("nothing says what is old: --keep, --older-than, or both")
    }
    guard (keep ?? 0) >= 0, (0...36_500).contains(olderThan ?? 0) else {
      throw ValidationError("--keep and --older-than are numbers from 0 on")
    }
  }

  func run() throws {
    let history = try history.existing()
    let moment = olderThan.map { Date.now.addingTimeInterval(-86_400 * Double($0)) }
    let runs = try history.prunable(keep: keep, before: moment)
    if runs.isEmpty { return Terminal.out("nothing to remove\n") }
    var text = ""
    RunListReport(style: .standardOutput).write(runs.map(\.listing), to: &text)
    Terminal.out(text)
    let count = runs.count == 1 ? "1 run" : "\(runs.count) runs"
    guard yes else { return Terminal.out("would remove \(count); --yes does it\n") }
    try history.remove(runs)
    Terminal.out("removed \(count)\n")
  }
}
