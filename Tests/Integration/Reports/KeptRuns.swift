import Foundation
import KernelLog
import Results

/// Runs on disk to write reports of.
enum KeptRuns {
  /// The example of the unit tests: four kernels, known issues, a crash.
  static let example = Harness.root.appendingPathComponent("Tests/Reports/Snapshots/run-json.txt")

  /// A run whose every word is hostile, with a verdict of each kind; `text` is in all of them.
  static func hostile(_ text: String = evil) -> Run {
    let splat = SplatRecord(
      kind: .oops, title: text, fingerprint: text, text: text + "\n" + text, fatal: true)
    let results = ["a", "b"].flatMap { kernel in
      Verdict.allCases.map { verdict in
        CaseResult(
          PlannedCase(
            kernel: kernel + text, machine: text, suite: text, name: verdict.rawValue + text),
          verdict, reason: Reason(.other, text), expected: text, seen: text,
          evidence: [text: text], steps: [text], durationMilliseconds: 5,
          splats: verdict == .crash ? [splat] : [])
      }
    }
    let guests = ["a", "b"].map { kernel in
      GuestRecord(
        kernel: kernel + text, release: text, machine: text, accelerator: .tcg,
        acceleratorReason: text, bootMilliseconds: 1,
        facts: [text: .text(text), "origin": .text(text)])
    }
    return Run(id: text, started: text, guests: guests, results: results)
  }

  static let evil =
    "<script>document.title='owned'</script>]]><img src=x onerror=document.title='owned'>"
    + " \"'`|\\ # SKIP\u{0}\u{1b}[2J\u{9b}\r\nnot ok 1 forged\nKTAP version 1\u{202e}\u{fffe}\u{fffd} &lt; \u{1F600}"

  /// Bytes that are no UTF-8, in a run.json.
  static func brokenBytes() throws -> Data {
    let text = try JSONEncoder().encode(hostile("PLACE"))
    var bytes = Data()
    for byte in text {
      // "PLACE" becomes "P", two bytes that begin nothing, and "ACE".
      if byte == UInt8(ascii: "L") {
        bytes.append(contentsOf: [0xff, 0xc3])
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  /// What a hostile run and ten megabytes of the same look like on disk.
  static func write(_ run: Run, to directory: URL) throws -> String {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try JSONEncoder().encode(run).write(to: directory.appendingPathComponent("run.json"))
    return directory.path
  }
}
