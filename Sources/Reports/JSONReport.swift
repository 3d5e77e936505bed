import Foundation
package import Results

/// A run as `run.json`, a checked series as `check.json`, a score of mutants: every key of the
/// schema, sorted, so that two of them can be compared by `diff`.
package struct JSONReport: Sendable {
  package init() {}

  /// Writes the run and a newline.
  package func write(_ run: Run, to output: inout some TextOutputStream) throws {
    try write(encoded: run, to: &output)
  }

  /// Writes the check of a series and a newline.
  package func write(_ check: SeriesCheck, to output: inout some TextOutputStream) throws {
    try write(encoded: check, to: &output)
  }

  /// Writes the score of mutants and a newline.
  package func write(_ score: MutantScore, to output: inout some TextOutputStream) throws {
    try write(encoded: score, to: &output)
  }

  /// Writes a comparison and a newline.
  package func write(_ comparison: Comparison, to output: inout some TextOutputStream) throws {
    try write(encoded: comparison, to: &output)
  }

  /// Writes runs of the history and a newline.
  package func write(_ runs: [RunListing], to output: inout some TextOutputStream) throws {
    try write(encoded: runs, to: &output)
  }

  /// Writes the histories of cases and a newline.
  package func write(_ histories: [CaseHistory], to output: inout some TextOutputStream) throws {
    try write(encoded: histories, to: &output)
  }

  /// Writes results alone, and a newline.
  package func write(_ results: [CaseResult], to output: inout some TextOutputStream) throws {
    try write(encoded: results, to: &output)
  }

  func write(encoded value: some Encodable, to output: inout some TextOutputStream) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    output.write(String(decoding: try encoder.encode(value), as: UTF8.self))
    output.write("\n")
  }
}
