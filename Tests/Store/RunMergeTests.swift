import Foundation
import Results
import Testing

@testable import Store

/// Parts of a partitioned run.
@Suite struct RunMergeTests {
  let folder: URL

  init() throws { folder = try Samples.folder() }

  private func merged(_ runs: Run...) throws -> Run {
    let merge = try RunMerge()
    for run in runs { try merge.add(Samples.file(run, in: folder)) }
    var text = ""
    try merge.write(id: "whole", to: { text += $0 })
    return try JSONDecoder().decode(Run.self, from: Data(text.utf8))
  }

  private func part(_ id: String, _ suite: String, boot: Verdict = .pass) -> Run {
    var run = Samples.plain(id, started: "2026-11-21T0\(id.count):00:00Z", suite: suite)
    run.results.insert(CaseResult(.boot(kernel: "k", machine: "default"), boot), at: 0)
    run.elapsedMilliseconds = 10
    return run
  }

  @Test("parts become one run, in order, with the worst boot")
  func whole() throws {
    let run = try merged(part("a", "swap"), part("bb", "fork", boot: .fail))
    #expect(run.id == "whole")
    #expect(run.started == "2026-11-21T01:00:00Z")
    #expect(run.elapsedMilliseconds == 20)
    #expect(run.guests.count == 2)
    #expect(
      run.results.map(\.planned.name)
        == ["boot", "swap.0", "swap.1", "swap.2", "fork.0", "fork.1", "fork.2"])
    #expect(run.results[0].verdict == .fail)
    #expect(run.results.map(\.evidence["number"]).filter { $0 == "1" }.count == 2)
  }

  @Test("what does not fit is refused, both parts named")
  func refusals() throws {
    func refusal(_ change: (inout Run) -> Void) throws -> String {
      var second = part("bb", "fork")
      change(&second)
      let error = #expect(throws: RunMerge.Refusal.self) {
        try merged(part("a", "swap"), second)
      }
      return error?.description ?? ""
    }
    #expect(
      try refusal { $0.results = part("a", "swap").results }
        == "a and bb do not fit together: both have a result of swap/swap.0 on k")
    #expect(
      try refusal { $0.guests[0].facts["image_sha256"] = "def" }
        == "a and bb do not fit together: the kernel k has another image (abc, def)")
    #expect(
      try refusal { $0.guests[0].facts["program.swap"] = "d2" }
        == "a and bb do not fit together: the suite swap is another program (d1, d2)")
    #expect(
      try refusal { $0.guests[0].facts["memory_mib"] = 99 }
        == "a and bb do not fit together: the machine default has another memory_mib (1536, 99)")
    #expect(
      try refusal { $0.guests[0].accelerator = .kvm }
        == "a and bb do not fit together: k ran under tcg there and kvm here")
    #expect(try refusal { $0.id = "a" } == "a and a do not fit together: they are the same run")
  }
}
