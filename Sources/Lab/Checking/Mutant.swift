internal import Foundation
package import Kernels

/// A planted bug: a patch with a header that says which rule it breaks.
package struct Mutant: Sendable {
  /// The file's name without ".patch".
  package let name: String
  /// The file as it was given.
  package let file: String
  package let patch: Patch
  /// Of the header: "uffd-wp/swap".
  package let area: String?
  /// Of the header: the promise that is broken.
  package let rule: String?
  /// Digest of the file.
  let digest: String

  /// The planted bugs of a folder, by name.
  ///
  /// - Throws: `Failure.none` when it has no `*.patch`, what `PatchSeries.read` throws.
  package static func all(in directory: String) async throws -> [Mutant] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw Failure.unreadable(directory: directory)
    }
    let patches = names.filter { $0.hasSuffix(".patch") && !$0.hasPrefix(".") }.sorted()
    guard !patches.isEmpty else { throw Failure.none(directory: directory) }
    let digests = try await FileDigest.sha256(of: patches.map { directory + "/" + $0 })
    var mutants: [Mutant] = []
    for (name, digest) in zip(patches, digests) {
      let path = directory + "/" + name
      guard let patch = try await PatchSeries.read([path]).patches.first else { continue }
      let text = FileManager.default.contents(atPath: path) ?? Data()
      let header = Self.header(of: String(decoding: text, as: UTF8.self))
      mutants.append(
        Mutant(
          name: String(name.dropLast(".patch".count)), file: path, patch: patch,
          area: header["Area"], rule: header["Rule-broken"], digest: digest))
    }
    return mutants
  }

  /// Why a folder has no mutants.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    case unreadable(directory: String)
    case none(directory: String)

    package var description: String {
      switch self {
      case .unreadable(let directory): "the folder \(directory) cannot be read"
      case .none(let directory): "the folder \(directory) has no *.patch"
      }
    }
  }

  /// The `Key: value` lines before the diff.
  static func header(of text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "---" || line.hasPrefix("--- ") || line.hasPrefix("diff ") { break }
      guard let colon = line.firstIndex(of: ":"), !line[..<colon].contains(" ") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      fields[String(line[..<colon])] = String(value)
    }
    return fields
  }
}
