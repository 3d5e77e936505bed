import Foundation
import Testing

/// Compares a text with `Snapshots/NAME.txt` beside the tests.
///
/// A missing file is recorded, and so are all when `RECORD_SNAPSHOTS` is set; recording fails the
/// test, so that nothing new passes unseen. Look at the file, then run again.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Snapshots/\(name).txt")
  let isWanted = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil
  if isWanted || !FileManager.default.fileExists(atPath: file.path) {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    Issue.record("recorded \(name).txt; look at it and run again", sourceLocation: sourceLocation)
    return
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  guard expected != text else { return }
  let lines = text.components(separatedBy: "\n").difference(
    from: expected.components(separatedBy: "\n"))
  let changes = lines.map { change in
    switch change {
    case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
    case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
    }
  }
  Issue.record(
    "\(name).txt differs:\n\(changes.joined(separator: "\n"))", sourceLocation: sourceLocation)
}
