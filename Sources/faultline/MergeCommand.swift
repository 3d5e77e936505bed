internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Reports
internal import Store

/// `faultline merge`: the parts of a partitioned run as one.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the parts of a partitioned run to one run.json.",
    discussion: """
      faultline merge part-1 part-2 part-3 --out whole

      Parts must fit: no result twice, one image a kernel, one program a suite, one size a machine. The merged run \
      is imported like any other, with faultline import.
      """)

  @Argument(help: "Parts: run.json files, runs' directories, or runs of the history.")
  var parts: [String]

  @Option(name: .long, help: "Where run.json goes; a new or empty directory.")
  var out: String

  @Option(name: .long, help: "The id of the merged run; the default is a new one.")
  var id: String?

  @OptionGroup var history: HistoryOptions

  func validate() throws {
    guard parts.count > 1 else { throw ValidationError("one part needs no merge") }
  }

  func run() throws {
    let merge = try RunMerge()
    for part in parts {
      if let file = GivenFile(part) {
        guard file.kernel == nil else {
          throw UsageFailure("“\(part)” is one kernel of a run, and parts are merged whole")
        }
        try merge.add(RunFile.named(file.path))
      } else {
        let history = try history.existing()
        try merge.add(history.choice(part).run, of: history)
      }
    }
    let directory = try OutputDirectory.make(out, without: "run.json")
    let file = RunFiles(directory).json
    try OutputFile.write(to: file.path) { output in
      try merge.write(id: id ?? RunName.make(), to: output)
    }
    Terminal.out(Escaping.terminal(Terminal.relative(file.path)) + "\n")
  }
}
