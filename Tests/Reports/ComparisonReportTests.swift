import KernelLog
import Reports
import Results
import Testing

/// How a comparison, a strip and a list of runs look.
@Suite struct ComparisonReportTests {
  private static func result(
    _ kernel: String, _ name: String, _ verdict: Verdict, repetition: Int = 1,
    reason: Reason? = nil, expected: String? = nil, seen: String? = nil,
    evidence: [String: String] = [:], milliseconds: Int? = nil, known: String? = nil,
    splats: [SplatRecord] = []
  ) -> CaseResult {
    CaseResult(
      PlannedCase(
        kernel: kernel, machine: "default", suite: "swap", name: name, repetition: repetition),
      verdict, reason: reason, expected: expected, seen: seen, evidence: evidence,
      durationMilliseconds: milliseconds, splats: splats, knownIssue: known)
  }

  private static func run(
    _ id: String, _ kernel: String, _ facts: [String: Fact], _ results: [CaseResult]
  ) -> Run {
    let own: [String: Fact] = ["memory_mib": 1536, "cpus": 2, "nodes": 1]
    return Run(
      id: id, started: "2026-11-21T04:00:00Z",
      guests: [
        GuestRecord(
          kernel: kernel, release: "\(kernel).107", machine: "default", accelerator: .tcg,
          acceleratorReason: "as asked", bootMilliseconds: 2000,
          facts: own.merging(facts) { _, given in given })
      ], results: results)
  }

  /// Two runs that have a case of every class between them.
  private static func comparison() throws -> Comparison {
    let feature = Reason(.feature, "the kernel has no write-protection of shmem")
    let splat = SplatRecord(
      kind: .warning, title: "WARNING at mm/memory.c do_wp_page", fingerprint: "1", text: "…",
      fatal: false)
    var base = [
      result(
        "6.1", "swap.broken", .pass, expected: "a store to page 1: 1 write-protect",
        evidence: ["pswpout": "12", "same": "1"]),
      result("6.1", "swap.gone", .pass), result("6.1", "swap.supported", .skip, reason: feature),
      result("6.1", "swap.also-supported", .skip, reason: feature),
      result("6.1", "swap.unsupported", .pass), result("6.1", "swap.known", .fail),
      result("6.1", "swap.fixed", .fail, expected: "1", seen: "0"),
      result("6.1", "swap.trouble", .pass), result("6.1", "swap.same", .pass),
    ]
    var candidate = [
      result(
        "6.12", "swap.broken", .fail, expected: "a store to page 1: 1 write-protect",
        seen: "a store to page 1: no event", evidence: ["pswpout": "0", "same": "1"],
        splats: [splat]),
      result("6.12", "swap.supported", .pass), result("6.12", "swap.also-supported", .pass),
      result("6.12", "swap.unsupported", .skip, reason: feature),
      result("6.12", "swap.known", .fail, known: "some-issue"),
      result("6.12", "swap.fixed", .pass),
      result("6.12", "swap.trouble", .error, reason: Reason(.test, "mmap: ENOMEM")),
      result("6.12", "swap.same", .pass), result("6.12", "swap.new|_*<b>\u{1B}[2J", .pass),
    ]
    for repetition in 1...5 {
      base.append(
        result("6.1", "swap.racy", .pass, repetition: repetition, milliseconds: 100 + repetition))
      candidate.append(
        result(
          "6.12", "swap.racy", repetition > 3 ? .fail : .pass, repetition: repetition,
          milliseconds: 300 + repetition))
    }
    return try Comparison.between(
      run("20261120-010000-aaaa", "6.1", ["uffd_features": "0x1ff", "program.swap": "aaaa"], base),
      run(
        "20261121-010000-bbbb", "6.12", ["uffd_features": "0x1fff", "program.swap": "bbbb"],
        candidate))
  }

  @Test("for a terminal")
  func human() throws {
    var text = ""
    ComparisonReport(style: .plain, width: 100).write(try Self.comparison(), to: &text)
    try expectSnapshot(text, "compare-human")
    text = ""
    ComparisonReport(style: .colored, width: 72, showsAll: true)
      .write(try Self.comparison(), to: &text)
    try expectSnapshot(text, "compare-human-all")
  }

  @Test("as Markdown")
  func markdown() throws {
    var text = ""
    ComparisonMarkdown().write(try Self.comparison(), to: &text)
    try expectSnapshot(text, "compare-markdown")
  }

  @Test("as JSON")
  func json() throws {
    var text = ""
    try JSONReport().write(try Self.comparison(), to: &text)
    try expectSnapshot(text, "compare-json")
  }

  @Test("where nothing can be concluded")
  func refused() throws {
    let base = Self.run("a", "6.1", [:], [Self.result("6.1", "swap.a", .pass)])
    var other = Self.run("b", "6.12", [:], [Self.result("6.12", "swap.a", .fail)])
    other.guests[0].facts["cpus"] = 8
    var text = ""
    ComparisonReport(style: .plain, width: 100)
      .write(try Comparison.between(base, other), to: &text)
    try expectSnapshot(text, "compare-refused")
  }

  @Test("strips, a list of runs, a case")
  func others() throws {
    let entries = [CaseTally(.pass), CaseTally(.fail), CaseTally(.pass, .crash), CaseTally(.skip)]
      .enumerated().map { CaseHistory.Entry(run: "r\($0)", started: nil, tally: $1) }
    let histories = ["6.1", "6.12"].map {
      CaseHistory(
        suite: "swap", name: "swap.one", kernel: $0, machine: "default", entries: entries)
    }
    var text = ""
    CaseHistoryReport(style: .plain).write(histories, to: &text)
    text += "\n"
    RunListReport(style: .plain).write(
      [
        RunListing(
          run: "r2", started: "2026-11-21T04:00:00Z", elapsedMilliseconds: 92_000,
          kernels: ["6.1", "6.12"], machines: ["default"], results: 120, red: 3),
        RunListing(
          run: "r1\u{1B}", started: nil, elapsedMilliseconds: nil, kernels: ["6.1"],
          machines: ["tight", "default"], results: 7, red: 0),
      ], to: &text)
    text += "\n"
    let run = try Self.comparison()
    let shown = try #require(run.rows.first?.candidate?.result)
    CaseReport(style: .plain, width: 80).write([shown], to: &text)
    try expectSnapshot(text, "history-human")
  }
}
