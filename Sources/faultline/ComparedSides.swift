internal import Foundation
internal import GuestProtocol
internal import Results
internal import Store

/// What two words on a command line stand for: files, runs of the history, kernels.
struct ComparedSides {
  let base: StoredSide
  let candidate: StoredSide
  /// Where the base is from; nil for a file.
  private let history: History?

  /// Finds both.
  ///
  /// - Throws: `RunChoiceError`, `RunFileError`, `HistoryError`, `ComparisonError`.
  init(_ base: String, _ candidate: String, _ options: HistoryOptions) throws {
    let (first, second) = (GivenFile(base), GivenFile(candidate))
    switch (first, second) {
    case (nil, nil):
      let history = try options.existing()
      self.history = history
      let (left, right) = try history.choices(base, candidate)
      self.base = try history.side(left, name: base)
      self.candidate = try history.side(right, name: candidate)
    default:
      let history = first == nil || second == nil ? try options.existing() : nil
      self.history = first == nil ? history : nil
      self.base = try Self.side(base, first, history)
      self.candidate = try Self.side(candidate, second, history)
    }
  }

  /// More regressions than this are not looked up.
  private static let mostLookedUp = 200

  /// Adds to each regression how the case did in earlier runs of the base's kernel, where it failed there before.
  func noteEarlierFailures(in comparison: inout Comparison) throws {
    guard let history else { return }
    let runs = Set(comparison.candidate.runs)
    var left = Self.mostLookedUp
    for index in comparison.rows.indices where comparison.rows[index].verdict == .regression {
      guard left > 0 else { return }
      left -= 1
      let identity = comparison.rows[index].identity
      let kernels = identity.kernel.isEmpty ? comparison.base.kernels : [identity.kernel]
      let found = try history.cases(matching: Glob(identity.name), last: 30).first {
        $0.suite == identity.suite && $0.machine == identity.machine && kernels.contains($0.kernel)
      }
      guard var found else { continue }
      found.entries.removeAll { runs.contains($0.run) }
      let failures = found.failures
      guard failures.fails > 0 else { continue }
      comparison.rows[index].notes.append(
        "in the last \(found.entries.count) runs of \(found.kernel) it failed \(failures.fails) of "
          + "\(failures.runs) times")
    }
  }

  private static func side(
    _ name: String, _ file: GivenFile?, _ history: History?
  ) throws -> StoredSide {
    if let file { return try file.side(name) }
    guard let history else { throw RunChoiceError.unknown(name, runs: [], kernels: []) }
    return try history.side(history.choice(name), name: name)
  }
}

/// A `run.json` or a run's directory that a command line names, with a kernel behind a colon or without.
struct GivenFile {
  let path: String
  let kernel: String?

  /// nil unless there is such a file.
  init?(_ text: String) {
    if let path = Self.file(text) {
      self.path = path
      kernel = nil
    } else if let colon = text.lastIndex(of: ":"), let path = Self.file(String(text[..<colon])) {
      self.path = path
      kernel = String(text[text.index(after: colon)...])
    } else {
      return nil
    }
  }

  private static func file(_ text: String) -> String? {
    var isDirectory: ObjCBool = false
    guard !text.isEmpty, FileManager.default.fileExists(atPath: text, isDirectory: &isDirectory)
    else { return nil }
    if !isDirectory.boolValue { return text.contains("/") || text.hasSuffix(".json") ? text : nil }
    let inside = URL(fileURLWithPath: text).appendingPathComponent("run.json").path
    return FileManager.default.fileExists(atPath: inside) ? inside : nil
  }

  /// Reads the file into a history of its own, whose results stay on disk.
  func side(_ name: String) throws -> StoredSide {
    let (history, run) = try read()
    return try history.side(
      history.choice(kernel.map { "\(run.name):\($0)" } ?? run.name), name: name)
  }

  /// Reads the file into a history of its own.
  func read() throws -> (History, StoredRun) {
    let history = try History.temporary()
    let file = try RunFile.named(path)
    _ = try history.add(file, at: .now)
    return (history, try history.choice(file.header.id).run)
  }
}

extension RunFile {
  /// Opens a file whose errors say which file they are about.
  static func named(_ path: String) throws -> RunFile {
    do {
      return try RunFile(path)
    } catch let error as RunFileError {
      if case .unreadable = error { throw error }
      throw UsageFailure("\(path): \(error)")
    }
  }
}
