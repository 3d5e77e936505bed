import Foundation
package import Results

/// Writes a `run.json` piece by piece, as `JSONReport` writes it at once.
package struct RunFileWriter {
  private let header: RunHeader
  private let counts: [Verdict: Int]

  /// Makes a writer; `counts` are the results that will come.
  package init(_ header: RunHeader, counts: [Verdict: Int]) {
    self.header = header
    self.counts = counts
  }

  /// Writes the file: `results` is given what to call with each result, `output` gets the text.
  package func write(
    results: ((CaseResult) throws -> Void) throws -> Void,
    to output: @escaping (String) throws -> Void
  ) throws {
    // Nothing that a guest says can be the same.
    let placeholder = UUID().uuidString
    let frame = try String(
      decoding: Self.encoder.encode(Frame(header, counts, placeholder)), as: UTF8.self)
    guard let gap = frame.range(of: "\"\(placeholder)\"") else {
      throw RunFileError.missing("results")
    }
    // What stands in the gap's line, before it and behind it.
    let before = frame[..<gap.lowerBound]
    try output(String(before.dropLast(Self.indent.count)))
    var isFirst = true
    var pending = ""
    try results { result in
      let text = try String(decoding: Self.encoder.encode(result), as: UTF8.self)
      let lines = text.replacing("\n", with: "\n" + Self.indent)
        .replacing("\n\(Self.indent)\n", with: "\n\n")
      pending += (isFirst ? "" : ",\n") + Self.indent + lines
      isFirst = false
      if pending.utf8.count > 1 << 16 {
        try output(pending)
        pending = ""
      }
    }
    try output(pending + frame[gap.upperBound...] + "\n")
  }

  private static let indent = "    "

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// The file without its results.
  private struct Frame: Encodable {
    let schema = Run.schema
    let run: String
    let started: String?
    let elapsedMilliseconds: Int?
    let seed: UInt64?
    let guests: [GuestRecord]
    let results: [String]
    let summary: [String: Int]

    private enum CodingKeys: String, CodingKey {
      case schema, run, started, seed, guests, results, summary
      case elapsedMilliseconds = "elapsed_ms"
    }

    init(_ header: RunHeader, _ counts: [Verdict: Int], _ placeholder: String) {
      results = [placeholder]
      run = header.id
      started = header.started
      elapsedMilliseconds = header.elapsedMilliseconds
      seed = header.seed
      guests = header.guests
      summary = Dictionary(
        uniqueKeysWithValues: Verdict.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }
  }
}
