import Foundation
import KernelLog
import Results
import Testing

@Suite struct RunTests {
  private static let run = Run(
    id: "0042",
    guests: [
      GuestRecord(
        kernel: "debian-6.12", release: "6.12.107", machine: "default", accelerator: .tcg,
        acceleratorReason: "/dev/kvm hangs", bootMilliseconds: 1712,
        facts: ["page_size": 4096, "uffd_features": "0x7fff"]),
      GuestRecord(
        kernel: "bad", release: nil, machine: "default", accelerator: .kvm, acceleratorReason: "",
        bootMilliseconds: nil),
    ],
    results: [
      CaseResult(
        PlannedCase(kernel: "debian-6.12", machine: "default", suite: "swap", name: "a"), .fail,
        reason: Reason(.splat, "t"), expected: "e", seen: "s", evidence: ["k": "v"],
        durationMilliseconds: 7,
        splats: [
          SplatRecord(kind: .badPage, title: "t", fingerprint: "f", text: "x", fatal: false)
        ],
        knownIssue: "i"),
      CaseResult(
        PlannedCase(
          kernel: "bad", machine: "default", suite: "boot", name: "boot", repetition: 2), .missing),
    ])

  private func json(_ run: Run) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(run), as: UTF8.self)
  }

  @Test("run.json has every key of the schema, null where there is nothing")
  func schema() throws {
    let guests = """
      [{"accelerator":"tcg","accelerator_reason":"/dev/kvm hangs","boot_ms":1712,\
      "facts":{"page_size":4096,"uffd_features":"0x7fff"},"kernel":"debian-6.12",\
      "machine":"default","release":"6.12.107"},\
      {"accelerator":"kvm","accelerator_reason":"","boot_ms":null,"facts":{},"kernel":"bad",\
      "machine":"default","release":null}]
      """
    let results = """
      [{"case":"a","duration_ms":7,"evidence":{"k":"v"},"expected":"e","kernel":"debian-6.12",\
      "known_issue":"i","machine":"default","reason":{"kind":"splat","text":"t"},"seen":"s",\
      "splats":[{"fatal":false,"fingerprint":"f","kind":"bad-page","text":"x","title":"t"}],\
      "suite":"swap","verdict":"fail"},\
      {"case":"boot","duration_ms":null,"evidence":{},"expected":null,"kernel":"bad",\
      "known_issue":null,"machine":"default","reason":null,"repeat":2,"seen":null,"splats":[],\
      "suite":"boot","verdict":"missing"}]
      """
    let summary = """
      {"crash":0,"error":0,"fail":1,"hang":0,"lost":0,"missing":1,"pass":0,"skip":0,\
      "unexercised":0}
      """
    #expect(
      try json(Self.run)
        == "{\"guests\":\(guests),\"results\":\(results),\"run\":\"0042\",\"schema\":1,"
        + "\"summary\":\(summary)}")
  }

  @Test("what was written is read back the same")
  func roundTrip() throws {
    var run = Self.run
    run.started = "2026-11-21T04:00:00Z"
    run.elapsedMilliseconds = 12
    let data = Data(try json(run).utf8)
    #expect(try JSONDecoder().decode(Run.self, from: data) == run)
  }

  @Test("a run of another schema is refused with both numbers")
  func otherSchema() throws {
    let text = try json(Self.run).replacing("\"schema\":1", with: "\"schema\":2")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Run.self, from: Data(text.utf8))
    }
  }

  @Test(
    "a run is green only when something ran and nothing red is left", arguments: Verdict.allCases)
  func exitStatus(verdict: Verdict) {
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "a")
    var run = Run(id: "r", results: [CaseResult(planned, verdict)])
    #expect(run.exitStatus == (verdict == .pass || verdict == .skip ? 0 : 1))
    run.results[0].knownIssue = "i"
    #expect(run.exitStatus == 0)
    #expect(Run(id: "r").exitStatus == 1)
  }
}
