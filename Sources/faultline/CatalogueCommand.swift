internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Reports
internal import Results

/// `faultline catalogue`: the page about every case.
struct CatalogueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue", abstract: "Write the catalogue of all cases as Markdown.",
    discussion: """
      faultline run --steps --kernel debian-6.12 --kernel debian-7.2 --out r1
      faultline catalogue r1/run.json > docs/catalogue.md
      """)

  @Argument(help: "run.json files, whose kernels become columns; steps come from the last.")
  var runs: [String] = []

  @Option(name: .long, help: "A mutants.json, for what each case kills; may be repeated.")
  var mutants: [String] = []

  func run() async throws {
    let workspace = try Workspace()
    let report = CatalogueReport(
      cases: try await workspace.suites([]).flatMap(\.cases),
      runs: try runs.map { try read(Run.self, $0) },
      mutants: try mutants.map { try read(MutantScore.self, $0) },
      knownIssues: try workspace.knownIssues())
    var text = ""
    report.write(to: &text)
    Terminal.out(text)
  }

  private func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw UsageFailure("\(path) cannot be read as \(type): \(error)\n  try: the file a run left")
    }
  }
}
