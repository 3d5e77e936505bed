import Foundation

/// Patches in the order they apply, read from mails, diffs or commits.
package struct PatchSeries: Sendable, Equatable {
  package let patches: [Patch]
  /// Of a base-commit: line in the cover letter or a patch, or the commit before a git range.
  package let baseCommit: String?
  /// Without its tags.
  package let coverSubject: String?
  /// One sentence for each thing that was there and was left out.
  package let notes: [String]

  /// Reads SERIES arguments, one after the other: mailboxes, folders, files, `DIR@A..B`.
  ///
  /// Files with one patch each that stand side by side are one series.
  ///
  /// - Throws: `SeriesError`, `ChildFailure`, `CancellationError`.
  package static func read(_ arguments: [String]) async throws -> PatchSeries {
    guard !arguments.isEmpty else { throw SeriesError.noArguments }
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-series-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer {
      try? FileManager.default.removeItem(atPath: scratch)  // a left-over in /tmp harms nobody
    }
    var reader = SeriesReader(scratch: scratch)
    for argument in arguments { try await reader.take(argument) }
    return try reader.series()
  }
}

/// Collects what the arguments hold.
private struct SeriesReader {
  private let scratch: String
  private var files = 0
  private var choices: [SeriesChoice] = []
  private var baseCommit: String?
  private var notes: [String] = []
  /// Files of one patch each, which wait for the next such file.
  private var waiting: [SeriesMessage] = []
  private var waitingNames: [String] = []

  private static let suffixes = [".patch", ".diff", ".eml", ".mbox", ".mbx"]

  init(scratch: String) {
    self.scratch = scratch
  }

  mutating func take(_ argument: String) async throws {
    if let range = try GitRange(argument) { return try await take(range) }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory) else {
      throw SeriesError.missing(path: argument)
    }
    if isDirectory.boolValue { return try await take(folder: argument) }
    let name = Self.name(of: argument)
    let messages = try await file(argument, name).messages()
    if messages.count == 1 {
      waiting += messages
      waitingNames.append(name)
    } else {
      try flush()
      choices.append(try SeriesChoice(among: messages, file: name, strictness: .mailbox))
    }
  }

  mutating func series() throws -> PatchSeries {
    try flush()
    let messages = choices.flatMap(\.messages)
    let covers = choices.compactMap(\.cover)
    // What the later ones were made for is not what the first one applies to.
    let first = choices.first.map { [$0.cover].compactMap(\.self) + $0.messages } ?? []
    return PatchSeries(
      patches: messages.enumerated().map { Patch($1, index: $0 + 1) },
      baseCommit: first.compactMap(\.baseCommit).first ?? baseCommit,
      coverSubject: covers.first?.tag.rest, notes: notes + choices.flatMap(\.notes))
  }

  private mutating func take(_ range: GitRange) async throws {
    try flush()
    let mailbox = scratch + "/range-\(files)"
    let base = try await range.write(to: mailbox)
    let name = Self.name(of: range.directory) + "@" + range.range
    let messages = try await file(mailbox, name).messages(ofCommits: true)
    let choice = try SeriesChoice(among: messages, file: name, strictness: .mailbox)
    if choices.isEmpty { baseCommit = base }
    choices.append(choice)
  }

  private mutating func take(folder: String) async throws {
    try flush()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
      Self.suffixes.contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !names.isEmpty else { throw SeriesError.emptyFolder(path: folder) }
    var messages: [SeriesMessage] = []
    for name in names {
      let found = try await file(folder + "/" + name, name).messages()
      if found.isEmpty { notes.append("\(name) has neither a mail nor a diff and was left out.") }
      messages += found
    }
    choices.append(
      try SeriesChoice(among: messages, file: Self.name(of: folder), strictness: .folder))
  }

  private mutating func flush() throws {
    guard let first = waitingNames.first else { return }
    let file = waitingNames.count == 1 ? first : waitingNames.joined(separator: ", ")
    choices.append(try SeriesChoice(among: waiting, file: file, strictness: .asGiven))
    (waiting, waitingNames) = ([], [])
  }

  private mutating func file(_ path: String, _ name: String) throws -> SeriesFile {
    files += 1
    let folder = scratch + "/\(files)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return SeriesFile(path: path, name: name, scratch: folder)
  }

  private static func name(of path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
  }
}

extension Patch {
  fileprivate init(_ message: SeriesMessage, index: Int) {
    self.init(
      index: index, subject: message.subject.isEmpty ? message.label : message.subject,
      file: message.label, messageID: message.messageID, files: message.names, form: message.form,
      bytes: message.bytes, diff: message.diff)
  }
}
