import Foundation
import Testing

/// Compares text with a file beside the tests; with `FAULTLINE_RECORD=1` it writes the file, and fails for having done so.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots/" + name)
  guard ProcessInfo.processInfo.environment["FAULTLINE_RECORD"] == nil else {
    try text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  let known = try String(contentsOf: file, encoding: .utf8)
  let pairs = zip(
    known.split(separator: "\n", omittingEmptySubsequences: false),
    text.split(separator: "\n", omittingEmptySubsequences: false))
  let difference = pairs.enumerated().first { $0.element.0 != $0.element.1 }
  #expect(
    known == text,
    "\(name), line \((difference?.offset ?? 0) + 1): \(difference.map { "\($0.element)" } ?? "")",
    sourceLocation: sourceLocation)
}
