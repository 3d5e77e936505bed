import Results
import Testing

@testable import Reports

@Suite struct CatalogueReportTests {
  private static let lines = [
    ("swap", "swap-anon.out-in-keeps/4k\tswap,wp-anon@5.7\t30000\tthe bit survives swap"),
    (
      "swap",
      "swap-anon.out-in-keeps/64k\tswap,wp-anon@5.7,mthp-64k@6.8\t30000\tthe bit survives swap"
    ),
    ("swap", "swap.wp-while-out\t-\t30000\ta swapped page can be write-protected"),
    ("thp", "thp.split-keeps-wp\tthp\t1\tsplitting keeps the bit on every small page"),
  ]

  private static func cases() throws -> [CaseListing] {
    try lines.map { suite, line in try #require(CaseListing(suite: suite, line: line)) }
  }

  private static func run() -> Run {
    let guests = [("old", "5.10.0-32"), ("new", "6.12.107+deb13")].map { kernel, release in
      GuestRecord(
        kernel: kernel, release: release, machine: "default", accelerator: .tcg,
        acceleratorReason: "", bootMilliseconds: 1)
    }
    func result(_ kernel: String, _ suite: String, _ name: String, _ verdict: Verdict) -> CaseResult
    {
      CaseResult(
        PlannedCase(kernel: kernel, machine: "default", suite: suite, name: name), verdict)
    }
    var results = ["old", "new"].flatMap { kernel in
      [
        result(kernel, "swap", "swap-anon.out-in-keeps/4k", .pass),
        result(kernel, "swap", "swap-anon.out-in-keeps/64k", kernel == "old" ? .skip : .pass),
        result(kernel, "swap", "swap.wp-while-out", kernel == "old" ? .pass : .fail),
        result(kernel, "thp", "thp.split-keeps-wp", .fail),
      ]
    }
    results[1].reason = Reason(.feature, "no 64 KiB folios")
    results[3].knownIssue = "zero-page-wp"
    results[4].steps = [
      "mapping 4 anon pages", "PAGEMAP_SCAN: success", "PAGEMAP_SCAN of all: 0-4",
      "page 0: W", "page 1: W", "page 1: W", "page 2: W", "a store to 0x7f0012345000: <1 fault>",
    ]
    return Run(id: "r", guests: guests, results: results)
  }

  @Test("a page has every case, its steps, what it kills and its results")
  func page() throws {
    var text = ""
    CatalogueReport(
      cases: try Self.cases(), runs: [Self.run()], mutants: [MutantReportTests.score],
      knownIssues: ExampleRun.knownIssues
    ).write(to: &text)
    try expectSnapshot(text, "catalogue")
  }

  @Test("without runs and mutants every case is still there")
  func bare() throws {
    var text = ""
    CatalogueReport(cases: try Self.cases()).write(to: &text)
    for wanted in ["### swap-anon.out-in-keeps", "4k 64k", "### thp.split-keeps-wp", "Linux 5.7"] {
      #expect(text.contains(wanted), "\(wanted)")
    }
    #expect(!text.contains("Planted bugs"))
  }

  @Test("scores of several runs add up")
  func sum() throws {
    func score(_ killed: Bool, _ names: [String]) -> MutantScore {
      var score = MutantReportTests.score
      score.results = [
        MutantResult(
          mutant: "01-x", file: "01-x.patch", killed: killed,
          by: names.map { MutantResult.Killer(suite: "fork", name: $0, verdict: .fail) })
      ]
      return score
    }
    let kills = CatalogueKills([
      score(false, []), score(true, ["cow.a/anon", "cow.b"]), score(true, ["cow.b", "cow.c"]),
    ])
    #expect(kills.results.map(\.killed) == [true])
    #expect(kills.results[0].by.map(\.name) == ["cow.a/anon", "cow.b", "cow.c"])
    let row = CatalogueRow(suite: "cow", id: "cow.a", cases: [])
    #expect(kills.mutants(killedBy: row) == ["01-x"])
  }

  @Test("long cases are cut, and say by how much")
  func long() {
    let steps = (0..<40).map { index in "step \(String(repeating: "x", count: index))" }
    #expect(CatalogueSteps.text(steps).hasSuffix("→ and 16 more"))
    #expect(CatalogueSteps.text([]).isEmpty)
  }

  @Test("the version is the latest of those behind the requirements")
  func since() throws {
    let found = try Self.cases().map(\.since)
    #expect(found == ["5.7", "6.8", nil, nil])
    let listing = try #require(CaseListing(suite: "s", line: "a\tx@6.12,y@6.7\t1\tsummary"))
    #expect(listing.since == "6.12")
    #expect(listing.requirements == ["x", "y"])
  }
}
