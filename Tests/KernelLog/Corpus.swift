import Foundation
import KernelLog
import Testing

/// One file of `Corpus/`: what should be found, then a console log.
///
/// Header lines come in groups of `kind:`, `title:`, `fingerprint:`, `case:`, `fatal:` and, where it
/// is not 1, `count:`, one group per splat in the order of the log; `case` is `none` for the boot and
/// `NAME (over)` for a splat after the case's end. The single line `none` stands for a clean log. A
/// blank line ends the header.
struct CorpusFile: Sendable, CustomTestStringConvertible {
  /// What a header says of one splat, or what the scanner found.
  struct Found: Equatable, Sendable, CustomTestStringConvertible {
    var kind: String
    var title: String
    var fingerprint: String
    var caseName: String
    var fatal: String
    var count = "1"

    var testDescription: String {
      let lines = [
        "kind: \(kind)", "title: \(title)", "fingerprint: \(fingerprint)", "case: \(caseName)",
        "fatal: \(fatal)",
      ]
      return (lines + (count == "1" ? [] : ["count: \(count)"])).joined(separator: "\n")
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
    var rest = lines[...]
    func value(_ key: String) throws -> String {
      let line = try #require(rest.first)
      rest.removeFirst()
      try #require(line.hasPrefix(key + ": "))
      return String(line.dropFirst(key.count + 2))
    }
    var groups: [Found] = []
    while !rest.isEmpty {
      groups.append(
        Found(
          kind: try value("kind"), title: try value("title"),
          fingerprint: try value("fingerprint"), caseName: try value("case"),
          fatal: try value("fatal")))
      if rest.first?.hasPrefix("count: ") ?? false {
        groups[groups.count - 1].count = try value("count")
      }
    }
    return groups
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
    fingerprint = splat.fingerprint
    count = String(splat.count)
    caseName =
      (splat.owner.caseName ?? "none") + (splat.owner.caseIsOver ? " (over)" : "")
    fatal = splat.isFatal ? "yes" : "no"
  }
}
