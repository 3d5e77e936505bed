internal import Foundation
internal import Results

/// The results of mutants so far: one file each, whole or not there.
struct MutantLedger: Sendable {
  private let folder: URL
  private let context: String

  /// What a file of the ledger holds.
  private struct Entry: Codable {
    let context: String
    let patch: String
    let result: MutantResult
  }

  /// The ledger of a directory; an entry made in another `context`, which is all that results depend
  /// on, counts as none.
  init(directory: URL, context: String) {
    folder = directory.appendingPathComponent("mutants")
    self.context = context
  }

  /// The result of a mutant as it is now; nil when it has to run.
  func result(of mutant: Mutant) -> MutantResult? {
    guard let data = FileManager.default.contents(atPath: file(mutant).path) else { return nil }
    // One that cannot be read, of an older layout say, is made again.
    guard let entry = try? JSONDecoder().decode(Entry.self, from: data),  // see above
      entry.context == context, entry.patch == mutant.digest
    else { return nil }
    return entry.result
  }

  /// Keeps a result.
  func keep(_ result: MutantResult, of mutant: Mutant) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let entry = Entry(context: context, patch: mutant.digest, result: result)
    try JSONEncoder().encode(entry).write(to: file(mutant), options: .atomic)
  }

  /// The results of the base; nil when it has to run.
  var base: [CaseResult]? {
    guard let data = FileManager.default.contents(atPath: baseFile.path) else { return nil }
    // As above.
    guard let entry = try? JSONDecoder().decode(Base.self, from: data),  // see above
      entry.context == context
    else { return nil }
    return entry.results
  }

  /// Keeps the results of the base.
  func keep(base results: [CaseResult]) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try JSONEncoder().encode(Base(context: context, results: results))
      .write(to: baseFile, options: .atomic)
  }

  private struct Base: Codable {
    let context: String
    let results: [CaseResult]
  }

  private var baseFile: URL { folder.appendingPathComponent(".base.json") }

  private func file(_ mutant: Mutant) -> URL {
    folder.appendingPathComponent(mutant.name + ".json")
  }
}
