import Foundation
import Testing

@testable import Kernels

/// The corpus of mails, and the small source they were made for.
enum Series {
  static let corpus = Fixture.root + "/Tests/Kernels/Series/Corpus"
  /// `mm/rmap.c`, `mm/swap.c`, an executable script, a symbolic link to a folder; only read.
  static let tree = corpus + "/tree"

  static func read(_ names: String...) async throws -> PatchSeries {
    try await PatchSeries.read(names.map { corpus + "/" + $0 })
  }

  /// The text of the error that reading throws.
  static func complaint(_ arguments: [String]) async -> String? {
    do {
      _ = try await PatchSeries.read(arguments)
      return nil
    } catch {
      return String(describing: error)
    }
  }

  /// Applies to a source and expects every patch to apply; the last state.
  static func applied(
    _ patches: [Patch], to source: String = tree
  ) async throws -> [SourceChange] {
    let folder = try TemporaryFolder()
    let result = try await AppliedSeries.apply(patches, to: source, scratch: folder.path)
    #expect(result.refusal?.description == nil)
    return result.steps.compactMap { step in
      if case .applied(let change) = step.outcome { change } else { nil }
    }
  }

  /// A mail with a diff, as git format-patch lays it out.
  static func mail(
    _ subject: String, id: String? = nil, answers parent: String? = nil, _ diff: String
  ) -> String {
    var lines = ["From: A <a@example.org>", "Subject: \(subject)"]
    lines.append("Date: Mon, 1 Jan 2024 00:00:00 +0000")
    if let id { lines.append("Message-ID: <\(id)>") }
    if let parent { lines.append("In-Reply-To: <\(parent)>") }
    return lines.joined(separator: "\n") + "\n\nbody\n---\n\(diff)-- \n2.43.0\n\n"
  }

  /// Mails as one mbox.
  static func mbox(_ mails: [String]) -> String {
    mails.map { "From git@z Thu Jan  1 00:00:00 1970\n" + $0 }.joined()
  }

  /// A diff that replaces one line of a file which has only that line.
  static func diff(_ path: String, _ old: String, _ new: String) -> String {
    """
    diff --git a/\(path) b/\(path)
    --- a/\(path)
    +++ b/\(path)
    @@ -1 +1 @@
    -\(old)
    +\(new)

    """
  }

  /// A diff that makes a file of one line.
  static func newFile(_ path: String, _ line: String = "new") -> String {
    """
    diff --git a/\(path) b/\(path)
    new file mode 100644
    --- /dev/null
    +++ b/\(path)
    @@ -0,0 +1 @@
    +\(line)

    """
  }

  /// Runs git in a tree of the test's own.
  @discardableResult
  static func git(_ directory: String, _ arguments: String...) async throws -> String {
    try await GitCommand(["-C", directory] + arguments).output()
  }
}

extension SourceChange {
  /// The text of a file; nil when it is deleted or as it was.
  func text(_ path: String) -> String? {
    files[path]?.map { String(decoding: $0.content, as: UTF8.self) }
  }
}
