import Foundation
import KernelLog
import Testing

/// One file of `Corpus/`: what should be found, then a console log.
///
/// Header lines come in groups of `kind:`, `title:`, `case:` and `fatal:`, one group per splat in
/// the order of the log; `case` is `none` for the boot and `NAME (over)` for a splat after the
/// case's end. The single line `none` stands for a clean log. A blank line ends the header.
struct CorpusFile: Sendable, CustomTestStringConvertible {
  /// What a header says of one splat, or what the scanner found.
  struct Found: Equatable, Sendable, CustomTestStringConvertible {
    var kind: String
    var title: String
    var caseName: String
    var fatal: String

    var testDescription: String {
      "kind: \(kind)\ntitle: \(title)\ncase: \(caseName)\nfatal: \(fatal)"
    }
  }

  let name: String
  let expected: [Found]
  let log: [UInt8]

  var testDescription: String { name }

  init(name: String) throws {
    self.name = name
    let bytes = try Array(Data(contentsOf: Self.directory.appending(path: name)))
    let end = try #require(bytes.indices.first { bytes[$0...].starts(with: [10, 10]) })
    log = Array(bytes[(end + 2)...])
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n")
    expected = lines == ["none"] ? [] : try Self.groups(lines)
  }

  private static func groups(_ lines: [Substring]) throws -> [Found] {
    func value(_ index: Int, _ key: String) throws -> String {
      let line = try #require(lines.indices.contains(index) ? lines[index] : nil)
      try #require(line.hasPrefix(key + ": "))
      return String(line.dropFirst(key.count + 2))
    }
    return try stride(from: 0, to: lines.count, by: 4).map {
      Found(
        kind: try value($0, "kind"), title: try value($0 + 1, "title"),
        caseName: try value($0 + 2, "case"), fatal: try value($0 + 3, "fatal"))
    }
  }

  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Corpus")

  /// The names of all files, sorted; empty when the folder cannot be read, which a test refuses.
  static let names: [String] = {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory.path)
        .filter { $0.hasSuffix(".log") }.sorted()
    } catch {
      return []
    }
  }()

  /// Scans the log, cut into chunks of `chunkSize` bytes.
  func scan(chunkSize: Int = .max) -> [Splat] {
    var scanner = KernelLogScanner()
    var rest = log[...]
    while !rest.isEmpty {
      scanner.read(rest.prefix(chunkSize))
      rest = rest.dropFirst(chunkSize)
    }
    scanner.flush()
    return scanner.takeSplats()
  }
}

extension CorpusFile.Found {
  init(_ splat: Splat) {
    kind = splat.kind.rawValue
    title = splat.title
    caseName =
      (splat.owner.caseName ?? "none") + (splat.owner.caseIsOver ? " (over)" : "")
    fatal = splat.isFatal ? "yes" : "no"
  }
}
