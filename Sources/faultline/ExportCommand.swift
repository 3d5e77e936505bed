internal import ArgumentParser
internal import Foundation
internal import Store

/// `faultline export`: a run of the history as the run.json it came from.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run of the history as run.json.",
    discussion: """
      faultline export latest --out run.json
      faultline export 20261121-12 | jq .summary
      """)

  @Argument(
    help: ArgumentHelp(
      "A run: its id, the beginning of one, latest or previous.", valueName: "run"))
  var name: String

  @Option(name: .long, help: "A file; the default is standard output.")
  var out: String?

  @OptionGroup var history: HistoryOptions

  func run() throws {
    let history = try history.existing()
    let choice = try history.choice(name)
    guard choice.kernel == nil else {
      throw UsageFailure(
        "“\(name)” is a kernel, and a run is exported whole\n  try: \(choice.run.name)")
    }
    let writer = RunFileWriter(
      try history.header(of: choice.run), counts: try history.counts(of: choice.run))
    try OutputFile.write(to: out) { output in
      try writer.write(
        results: { body in try history.forEachResult(of: choice.run, body) }, to: output)
    }
  }
}

/// A text that is written piece by piece: to a file, which appears whole or not at all, or to standard output.
enum OutputFile {
  static func write(
    to path: String?, _ body: (@escaping (String) throws -> Void) throws -> Void
  ) throws {
    guard let path else { return try body { Terminal.out($0) } }
    let final = URL(fileURLWithPath: path)
    let partial = final.deletingLastPathComponent()
      .appendingPathComponent(".\(final.lastPathComponent).\(UUID().uuidString)")
    guard FileManager.default.createFile(atPath: partial.path, contents: nil),
      let handle = FileHandle(forWritingAtPath: partial.path)
    else { throw UsageFailure("\(path) cannot be written\n  try: another --out") }
    do {
      try body { text in try handle.write(contentsOf: Data(text.utf8)) }
      try handle.close()
      guard rename(partial.path, final.path) == 0 else {
        throw UsageFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
      }
    } catch {
      // The partial file only takes room, and the error that is thrown says more.
      try? FileManager.default.removeItem(at: partial)  // see above
      throw error
    }
  }
}
