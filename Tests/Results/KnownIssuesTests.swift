import GuestProtocol
import KernelLog
import Results
import Testing

@Suite struct KnownIssuesTests {
  private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

  private func issue(
    cases: String? = "swap.*", splat: String? = nil, verdicts: Set<Verdict> = [],
    kernels: KnownIssue.Kernels = .named([Glob("debian-*")]), expires: String = "2027-01-31"
  ) throws -> KnownIssue {
    KnownIssue(
      id: "i", cases: cases.map { Glob($0) }, splat: splat.map { Glob($0) }, verdicts: verdicts,
      kernels: kernels, reason: "r", fix: "open", link: "https://example.org",
      expires: try day(expires))
  }

  private func run(_ results: (String, Verdict, [SplatRecord])...) -> Run {
    Run(
      id: "r",
      guests: [
        GuestRecord(
          kernel: "debian-6.12", release: "6.12.107+deb13-cloud-amd64", machine: "m",
          accelerator: .tcg, acceleratorReason: "", bootMilliseconds: 1)
      ],
      results: results.map { name, verdict, splats in
        CaseResult(
          PlannedCase(kernel: "debian-6.12", machine: "m", suite: "swap", name: name), verdict,
          splats: splats)
      })
  }

  private static let warning = SplatRecord(
    kind: .warning, title: "WARNING at mm/x.c in f", fingerprint: "w", text: "", fatal: false)

  @Test("an explained failure keeps its verdict, carries the id and is not red")
  func explains() throws {
    var run = run(("swap.a", .fail, []), ("thp.a", .fail, []))
    let news = KnownIssues([try issue()]).apply(to: &run, today: try day("2027-01-31"))
    #expect(run.results.map(\.knownIssue) == ["i", nil])
    #expect(run.results.map(\.verdict) == [.fail, .fail])
    #expect(run.redResults.map(\.planned.name) == ["thp.a"])
    #expect(news.used.map(\.id) == ["i"])
    #expect(run.exitStatus == 1)
  }

  @Test("Debian's stable release counts, not the one that uname -r stops at")
  func debianRelease() throws {
    var guest = try #require(run(("swap.a", .pass, [])).guests.first)
    guest.release = "6.1.0-56-cloud-amd64"
    #expect(guest.upstreamRelease == "6.1.0-56-cloud-amd64")
    guest.facts["version"] = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)"
    #expect(guest.upstreamRelease == "6.1.192")
    guest.facts["version"] = "#1 SMP Debian something"
    #expect(guest.upstreamRelease == "6.1.0-56-cloud-amd64")
  }

  @Test("an issue of a splat alone hides no failed check")
  func splatAlone() throws {
    var run = run(("swap.a", .fail, [Self.warning]), ("swap.b", .fail, [Self.warning]))
    run.results[1].expected = "W"
    run.results[1].seen = "-"
    let issue = try issue(cases: nil, splat: "WARNING at mm/x.c*")
    _ = KnownIssues([issue]).apply(to: &run, today: try day("2027-01-31"))
    #expect(run.results.map(\.knownIssue) == ["i", nil])
  }

  @Test("an expired issue excuses nothing and is reported")
  func expired() throws {
    var run = run(("swap.a", .fail, []))
    let news = KnownIssues([try issue()]).apply(to: &run, today: try day("2027-02-01"))
    #expect(run.results.map(\.knownIssue) == [nil])
    #expect(news.expired.map(\.id) == ["i"])
    #expect(news.used.isEmpty)
  }

  @Test("an expired issue that explains nothing is not reported")
  func expiredAndQuiet() throws {
    var run = run(("thp.a", .fail, []))
    let news = KnownIssues([try issue()]).apply(to: &run, today: try day("2028-01-01"))
    #expect(news.expired.isEmpty)
  }

  @Test("only the verdicts that the issue names are explained: fail, unless it says otherwise")
  func verdicts() throws {
    for verdict in Verdict.allCases where verdict.isRed {
      var usual = run(("swap.a", verdict, []))
      _ = KnownIssues([try issue()]).apply(to: &usual, today: try day("2026-01-01"))
      #expect((usual.results[0].knownIssue != nil) == (verdict == .fail))
      var named = run(("swap.a", verdict, []))
      _ = KnownIssues([try issue(verdicts: [.hang])]).apply(
        to: &named, today: try day("2026-01-01"))
      #expect((named.results[0].knownIssue != nil) == (verdict == .hang))
    }
  }

  @Test("a splat is never hidden behind an issue that does not name it")
  func splats() throws {
    let today = try day("2026-01-01")
    let other = SplatRecord(kind: .bug, title: "other", fingerprint: "o", text: "", fatal: false)
    let rows: [(KnownIssue, [SplatRecord], Bool)] = [
      (try issue(), [Self.warning], false),
      (try issue(splat: "WARNING at mm/x.c*"), [Self.warning], true),
      (try issue(cases: nil, splat: "WARNING at mm/x.c*"), [Self.warning], true),
      (try issue(splat: "WARNING at mm/x.c*"), [Self.warning, other], false),
      (try issue(splat: "WARNING at mm/x.c*"), [], false),
    ]
    for (issue, splats, explained) in rows {
      var run = run(("swap.a", .fail, splats))
      _ = KnownIssues([issue]).apply(to: &run, today: today)
      #expect((run.results[0].knownIssue != nil) == explained)
    }
  }

  @Test("a case that passes where it is known to fail is news, if no repetition failed")
  func unexpectedPass() throws {
    let today = try day("2026-01-01")
    var passing = run(("swap.a", .pass, []), ("swap.b", .skip, []), ("thp.a", .pass, []))
    let news = KnownIssues([try issue()]).apply(to: &passing, today: today)
    #expect(news.unexpectedlyPassing.map(\.planned.name) == ["swap.a"])
    #expect(passing.exitStatus == 0)
    var complaint = try issue()
    complaint.splat = Glob("WARNING at *")
    #expect(
      KnownIssues([complaint]).apply(to: &passing, today: today).unexpectedlyPassing.isEmpty)
    var intermittent = try issue()
    intermittent.isIntermittent = true
    #expect(
      KnownIssues([intermittent]).apply(to: &passing, today: today).unexpectedlyPassing.isEmpty)
    var flaky = run(("swap.a", .pass, []), ("swap.a", .fail, []))
    #expect(
      KnownIssues([try issue()]).apply(to: &flaky, today: today).unexpectedlyPassing.isEmpty)
  }

  @Test("an issue about splats in any case makes no pass news")
  func splatOnly() throws {
    var run = run(("swap.a", .pass, []))
    let news = KnownIssues([try issue(cases: nil, splat: "*")]).apply(
      to: &run, today: try day("2026-01-01"))
    #expect(news.unexpectedlyPassing.isEmpty)
  }

  @Test(
    "releases are a range with both ends, an end standing for all its stable releases",
    arguments: [
      ("6.12", "6.12", "6.12.107+deb13-cloud-amd64", true), ("6.12", "6.12", "6.13.0", false),
      ("6.12.108", nil, "6.12.107", false), (nil, "6.12.106", "6.12.107", false),
      (nil, "6.12.107", "6.12.107", true), ("5.19", nil, "5.10.0-32-cloud-amd64", false),
      ("6.12", nil, "6.12-rc3", false), ("6.12-rc2", nil, "6.12-rc3", true),
      (nil, "6.12-rc2", "6.12-rc3", false), (nil, "6.12", "6.12-rc3", true),
      ("6.9", "6.11", "6.10.3", true), (nil, nil, "7.3.4", true), (nil, nil, nil, false),
      (nil, nil, "custom", false),
    ] as [(String?, String?, String?, Bool)])
  func releases(from: String?, through: String?, release: String?, covered: Bool) throws {
    let issue = try issue(
      kernels: .releases(
        from: from.flatMap { KernelRelease($0) }, through: through.flatMap { KernelRelease($0) }))
    #expect(issue.covers(kernel: "any", release: release) == covered)
  }

  @Test(
    "days are days",
    arguments: [
      ("2027-06-30", true), ("2027-6-30", false), ("2027-13-01", false), ("2027-00-01", false),
      ("2027-01-32", false), ("", false), ("-2027-01-01", false), ("20270101", false),
    ])
  func days(text: String, valid: Bool) {
    #expect((CalendarDate(text) != nil) == valid)
    if valid { #expect(CalendarDate(text)?.description == text) }
  }
}
