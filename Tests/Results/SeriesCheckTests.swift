import Foundation
import KernelLog
import Results
import Testing

@Suite struct SeriesCheckTests {
  private func check(_ patches: [PatchCheck]) -> SeriesCheck {
    var base = SeriesCheck.Base(
      source: "debian-source-6.12", origin: "o", config: ["base"], machine: "default",
      accelerator: "tcg", strategy: "ends")
    base.kernel.builds = true
    base.kernel.boots = true
    return SeriesCheck(base: base, patches: patches)
  }

  private func patch(_ change: (inout PatchCheck) -> Void = { _ in }) -> PatchCheck {
    var patch = PatchCheck(index: 1, subject: "s", file: "f")
    patch.applies = true
    change(&patch)
    return patch
  }

  private static let change = PatchCheck.Change(
    suite: "swap", name: "a", from: .pass, to: .fail, baseFails: PatchCheck.Count(0, of: 20),
    patchFails: PatchCheck.Count(20, of: 20), p: 7.25e-12, evidence: ["a": "b"])

  private static let splat = SplatRecord(
    kind: .warning, title: "W", fingerprint: "f", text: "t", fatal: false)

  @Test("what is not clean is a regression; warnings and flaky cases are not")
  func exitStatus() {
    #expect(check([patch()]).exitStatus == 0)
    #expect(check([patch { $0.kernel.warnings = ["w"] }]).exitStatus == 0)
    #expect(check([patch { $0.unconfirmed = [Self.change] }]).exitStatus == 0)
    #expect(check([patch { $0.fixed = [Self.change] }]).exitStatus == 0)
    #expect(check([patch { $0.introduced = [Self.change] }]).exitStatus == 1)
    #expect(check([patch { $0.applies = false }]).exitStatus == 1)
    #expect(check([patch { $0.kernel.builds = false }]).exitStatus == 1)
    #expect(check([patch { $0.kernel.boots = false }]).exitStatus == 1)
    #expect(check([patch { $0.kernel.splats = [Self.splat] }]).exitStatus == 1)
  }

  @Test("a base that does not come up says nothing about the patches")
  func brokenBase() {
    var check = check([patch { $0.applies = false }])
    check.base.kernel.boots = false
    #expect(check.exitStatus == 69)
  }

  @Test(
    "a case changes first where a verdict differs from the base's",
    arguments: [
      ([.pass, .pass, .pass], nil), ([.pass, nil, .fail], 2), ([.pass, .fail, .pass], 1),
      ([nil, .pass, .fail], nil), ([.fail, nil, nil], nil), ([], nil),
    ] as [([Verdict?], Int?)])
  func firstChange(verdicts: [Verdict?], column: Int?) {
    let row = SeriesCheck.Row(suite: "swap", name: "a", verdicts: verdicts)
    #expect(row.firstChange == column)
  }

  @Test("a mail is found by its id, else by a subject that only one patch has")
  func mail() {
    let patches = [("a@x", "mm: one"), ("b@x", "mm: two"), ("c@x", "mm: two")]
      .enumerated().map {
        PatchCheck(index: $0 + 1, subject: $1.1, file: "f", messageID: $1.0)
      }
    let check = check(patches)
    #expect(check.patch(messageID: "<c@x>", subject: "mm: one")?.index == 3)
    #expect(check.patch(messageID: "?", subject: "[PATCH v5 01/3] mm: one")?.index == 1)
    #expect(check.patch(messageID: nil, subject: "[PATCH][RFC] mm: one")?.index == 1)
    #expect(check.patch(messageID: nil, subject: "[PATCH v5 02/3] mm: two") == nil)
    #expect(check.patch(messageID: nil, subject: "[PATCH 0/3] cover") == nil)
  }

  @Test("five runs a side confirm a change, three do not")
  func confirmed() {
    var change = Self.change
    for (runs, isConfirmed) in [(3, false), (5, true), (20, true)] {
      change.p = FisherExact.worse(
        base: PatchCheck.Count(0, of: runs), patch: PatchCheck.Count(runs, of: runs))
      #expect(change.isConfirmed == isConfirmed)
    }
  }

  @Test("what was written can be read back, whole")
  func roundTrip() throws {
    let full = patch {
      $0.messageID = "x@y"
      $0.introduced = [Self.change]
      $0.kernel.builds = true
      $0.kernel.image = KernelState.Image(bytes: 9, textBytes: 8, sha256: "ab")
      $0.kernel.splats = [Self.splat]
    }
    var check = check([full, patch { $0.applies = nil }])
    check.cases = [SeriesCheck.Row(suite: "swap", name: "a", verdicts: [.pass, .fail, nil])]
    check.notes = ["n"]
    let data = try JSONEncoder().encode(check)
    #expect(try JSONDecoder().decode(SeriesCheck.self, from: data) == check)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("\"base_fails\":\"0\\/20\""))
    #expect(text.contains("\"applies\":null") && text.contains("\"first_change\":1"))
  }

  @Test("counts are read strictly", arguments: ["", "1", "1/2/3", "a/2", "/2", "1/"])
  func badCount(text: String) {
    let json = Data("[\"\(text)\"]".utf8)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([PatchCheck.Count].self, from: json)
    }
  }
}
