internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Store

/// `faultline import`: takes runs into the history.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take runs into the history; one that is there stays as it is.",
    discussion: """
      faultline import results/*/run.json

      Each run is taken in one transaction. Files that cannot be taken are told, and the others still are.

      Exit status: 0 all are in the history; 64 a file is no run, or another run of the same id is there; 69 the \
      history cannot be written.
      """)

  @Argument(help: ArgumentHelp("run.json files, or runs' directories.", valueName: "run"))
  var runs: [String]

  @Flag(name: .long, help: "Put a run in the place of another one with the same id.")
  var replace = false

  @OptionGroup var history: HistoryOptions

  func run() throws {
    let history = try history.open()
    var refused: [String] = []
    for text in runs {
      do {
        try take(text, history)
      } catch let error where Entry.status(of: error) == .usage {
        refused.append("\(text): \(error)")
      }
    }
    if !refused.isEmpty { throw UsageFailure(refused.joined(separator: "\nerror: ")) }
  }

  private func take(_ text: String, _ history: History) throws {
    let file = try RunFile(GivenFile(text)?.path ?? text)
    let name = Escaping.terminal(file.header.id)
    switch try history.add(file, at: .now, replacing: replace) {
    case .added(let count): Terminal.out("\(name): \(count) results\n")
    case .replaced(let count): Terminal.out("\(name): \(count) results, replaced\n")
    case .alreadyThere: Terminal.out("\(name): already there\n")
    }
  }
}
