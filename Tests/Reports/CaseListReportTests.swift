import Reports
import Results
import Testing

@Suite struct CaseListReportTests {
  @Test("a list says what each case needs and is about")
  func list() throws {
    let lines = [
      "swap-anon.out-in-keeps/4k\tswap,wp-anon\t30000\tthe bit survives swap-out and swap-in",
      "swap.wp-while-out\t-\t30000\ta swapped page can be write-protected",
    ]
    let cases =
      try lines.map { try #require(CaseListing(suite: "swap", line: $0)) }
      + [
        CaseListing(
          suite: "thp", name: "thp.split-keeps-wp", requirements: ["thp"],
          deadlineMilliseconds: 1, summary: "splitting keeps the bit on every small page")
      ]
    var text = ""
    CaseListReport().write(cases, to: &text)
    try expectSnapshot(text, "case-list")
  }

  @Test(
    "lines that are no listing are refused",
    arguments: ["", "a", "a\t-\tx\tsummary", "\t-\t1\tsummary", "a\t-\t1"])
  func refused(line: String) {
    #expect(CaseListing(suite: "s", line: line) == nil)
  }
}
