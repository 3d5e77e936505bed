import Foundation
import GuestProtocol
import KernelLog
import Results
import Testing

@testable import Reports

@Suite("the page")
struct HTMLReportTests {
  private func page(_ run: Run, _ report: HTMLReport = HTMLReport()) -> String {
    var text = ""
    report.write(run, to: &text)
    return text
  }

  /// A run of four kernels with this many cases, as telling as real ones: steps, evidence, one in ten red.
  private func run(cases: Int) -> Run {
    let kernels = ["debian-5.10", "debian-6.1", "debian-6.12", "debian-7.2"]
    let results = kernels.flatMap { kernel in
      (0..<cases).map { index in
        let suite = ["cow", "swap", "state", "thp"][index * 4 / cases]
        var result = CaseResult(
          PlannedCase(
            kernel: kernel, machine: "default", suite: suite,
            name: "\(suite).behaviour-\(index / 6)/leg-\(index)"), .pass,
          evidence: ["pswpout": "\(index)", "swapped": "4 of 4 pages"],
          steps: (0..<12).map { "step \($0): mapping 512 thp pages at 0x7f\(index)000" },
          durationMilliseconds: 10 + index % 90)
        if index % 10 == 3 {
          result.verdict = .fail
          result.expected =
            "bit 57 (uffd-wp) set in pagemap after the page came back, page \(index)"
          result.seen = "bit 57 clear, page present in frame \(index)"
        }
        return result
      }
    }
    return Run(id: "big", guests: ExampleRun.guests, results: results)
  }

  @Test("four kernels and 200 cases take less than 1 MB, 1771 cases less than 4 MB")
  func sizes() {
    #expect(page(run(cases: 200)).utf8.count < 1_000_000)
    #expect(page(run(cases: 1771)).utf8.count < 4_000_000)
  }

  @Test("where there is no room, red cases come first and the others point to run.json")
  func budget() throws {
    let text = page(run(cases: 1771))
    let articles = text.components(separatedBy: "<article ").dropFirst()
    #expect(articles.count == 1771)
    let left = articles.filter { $0.contains("<code>run.json</code> has them") }
    #expect(!left.isEmpty)
    #expect(left.allSatisfy { !$0.contains("✗ fail") })
    #expect(
      articles.filter { $0.contains("✗ fail") }.allSatisfy { $0.contains("<ol class=\"steps\">") })
  }

  @Test("every row of the matrix leads to a section, and every section has a row")
  func links() {
    let text = page(ExampleRun.run().run)
    let rows = text.matches(of: /<a href="#c(\d+)">[^<]*<\/a><\/th>/).map { $0.1 }
    let sections = text.matches(of: /<article id="c(\d+)"/).map { $0.1 }
    #expect(rows == sections && rows.count == 15)
    let anchors = Set(text.matches(of: /\sid="([^"]+)"/).map { $0.1 })
    for link in text.matches(of: /href="#([^"]+)"/) { #expect(anchors.contains(link.1)) }
  }

  @Test("its policy names exactly the script and the style that stand in it")
  func policy() throws {
    let text = page(ExampleRun.run().run)
    for (tag, markup) in [("script", HTMLScript.markup), ("style", HTMLStyle.markup)] {
      let bodies = text.components(separatedBy: "<\(tag)>").dropFirst()
        .map { $0.components(separatedBy: "</\(tag)>")[0] }
      #expect(bodies == [markup.source])
      #expect(text.contains("\(tag)-src '\(HTMLReport.hash(markup))'"))
    }
    #expect(text.contains("default-src 'none'"))
    #expect(!text.contains(" style=\"") && !text.contains(" onclick="))
    #expect(text.firstMatch(of: /(src|href)="(?!#)/) == nil)
  }

  @Test("a case says what it proves, and its earlier results when they are known")
  func casePage() {
    let run = ExampleRun.run().run
    let listing = CaseListing(
      suite: "swap", name: "swap.wp-while-out", requirements: ["swap"], since: "5.19",
      deadlineMilliseconds: 1000, summary: "protecting a <page> that is out holds")
    let planned = PlannedCase(
      kernel: "debian-7.2", machine: "default", suite: "swap", name: "swap.wp-while-out")
    let report = HTMLReport(
      cases: [listing],
      history: [
        HistoryPoint.key(planned): [
          HistoryPoint(run: "0040", verdict: .pass),
          HistoryPoint(run: "0041", started: "2026-11-20", verdict: .fail, isKnown: true),
        ]
      ])
    let text = page(run, report)
    #expect(text.contains("Protecting a &lt;page&gt; that is out holds."))
    #expect(text.contains("since Linux 5.19; needs swap"))
    #expect(text.contains("aria-label=\"pass, known\"") && text.contains("2026-11-20: known"))
  }

  @Test("further sections stand between summary and matrix")
  func sections() throws {
    var report = HTMLReport()
    report.sections = [HTMLSection(id: "comparison", title: "Comparison", body: "<p>\("<x>")</p>")]
    let text = page(ExampleRun.run().run, report)
    let order = ["summary", "comparison", "matrix"].compactMap {
      text.range(of: "<section id=\"\($0)\"")?.lowerBound
    }
    #expect(order.count == 3 && order == order.sorted())
    #expect(text.contains("<p>&lt;x&gt;</p>"))
  }
}
