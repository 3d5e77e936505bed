internal import ArgumentParser
internal import Foundation
internal import GuestProtocol
internal import Lab
internal import Machine
internal import Reports
internal import Results

/// `faultline list`: the cases, with what each needs.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show every case with what it needs and what it is about.")

  @Option(name: .long, help: "Only this suite; may be given more than once.")
  var suite: [String] = []

  @Option(name: .long, help: "Only cases that match this glob; may be given more than once.")
  var filter: [String] = []

  @Flag(name: .long, help: "Show the machines instead.")
  var machines = false

  @Option(name: .long, help: "human or json.")
  var format: ListFormat = .human

  enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json
  }

  func run() async throws {
    let workspace = try Workspace()
    if machines {
      for profile in workspace.machines.machines {
        Terminal.out("\(profile.name)\n  \(profile.summary)\n")
      }
      return
    }
    let globs = filter.map { Glob($0) }
    let cases = try await workspace.suites(suite).flatMap(\.cases).filter { listing in
      globs.isEmpty || globs.contains { $0.matches(listing.name) }
    }
    switch format {
    case .human:
      var text = ""
      let style = TerminalStyle(
        isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
      CaseListReport(style: style).write(cases, to: &text)
      Terminal.out(text)
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Terminal.out(String(decoding: try encoder.encode(cases), as: UTF8.self) + "\n")
    }
  }
}
