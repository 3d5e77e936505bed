import Foundation
import KernelLog
import Results
import Store

/// Runs that are small, and full of everything.
enum Samples {
  static func guest(_ kernel: String, _ machine: String = "default") -> GuestRecord {
    GuestRecord(
      kernel: kernel, release: "6.12.1", machine: machine, accelerator: .tcg,
      acceleratorReason: "as asked", bootMilliseconds: 2000,
      facts: ["memory_mib": 1536, "image_sha256": "abc", "program.swap": "d1", "empty": ""])
  }

  /// A run with every field, and with text that is meant to do harm.
  static func hostile(_ id: String = "hostile") -> Run {
    let splat = SplatRecord(
      kind: .kasan, title: "KASAN in f\u{0}\u{1B}[2J", fingerprint: "f\u{0}1", text: "a\n\u{0}b",
      fatal: true, count: 3, frames: ["f mm/a.c:1", "\u{202E}g"])
    var run = Run(
      id: id, started: "2026-11-21T04:00:00Z", elapsedMilliseconds: 12, seed: .max,
      guests: [guest("k1"), guest("k1"), guest("k2", "tight")])
    run.results = [
      CaseResult(.boot(kernel: "k1", machine: "default"), .pass, durationMilliseconds: 7),
      CaseResult(
        PlannedCase(kernel: "k1", machine: "default", suite: "su\u{0}ite", name: "<script>\u{0}x"),
        .crash, reason: Reason(.splat, "it \u{0} crashed \u{1B}]0;title\u{7}"), expected: "",
        seen: "e\u{301} is not \u{E9}", evidence: ["k\u{0}": "v\u{0}\"\\", "": "empty"],
        steps: ["one", "\u{1F4A9} two\n"], durationMilliseconds: 0, splats: [splat, splat],
        knownIssue: "an\u{0}issue"),
      CaseResult(
        PlannedCase(
          kernel: "k2", machine: "tight", suite: "swap", name: "swap.one", repetition: 2),
        .missing, reason: Reason(.host, String(repeating: "long ", count: 20_000))),
      CaseResult(
        PlannedCase(kernel: "k2", machine: "tight", suite: "swap", name: "swap.one"), .fail,
        seen: "\u{E9} is not e\u{301}"),
    ]
    return run
  }

  static func plain(
    _ id: String, started: String? = nil, kernels: [String] = ["k"], cases: Int = 3,
    suite: String = "swap", verdict: Verdict = .pass
  ) -> Run {
    Run(
      id: id, started: started, guests: kernels.map { guest($0) },
      results: kernels.flatMap { kernel in
        (0..<cases).map { number in
          CaseResult(
            PlannedCase(
              kernel: kernel, machine: "default", suite: suite, name: "\(suite).\(number)"),
            verdict, evidence: ["number": "\(number % 2)"], durationMilliseconds: number)
        }
      })
  }

  /// A temporary folder, removed by the system some day.
  static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A `run.json` as the encoder writes it.
  static func file(_ run: Run, in folder: URL) throws -> RunFile {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = folder.appendingPathComponent("\(UUID().uuidString).json")
    try encoder.encode(run).write(to: file)
    return try RunFile(file.path)
  }

  static func text(_ text: String, in folder: URL) throws -> String {
    let file = folder.appendingPathComponent("\(UUID().uuidString).json")
    try Data(text.utf8).write(to: file)
    return file.path
  }
}
