import Foundation
package import Results

/// A run as `run.json`: every key of the schema, sorted, so that two runs can be compared by
/// `diff`.
package struct JSONReport: Sendable {
  package init() {}

  /// Writes the run and a newline.
  package func write(_ run: Run, to output: inout some TextOutputStream) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    output.write(String(decoding: try encoder.encode(run), as: UTF8.self))
    output.write("\n")
  }
}
