import Dashboard
import Foundation
import KernelLog
import Results
import Store
import Testing

/// The pages over a real history.
@Suite struct DashboardTests {
  private static let evil = "<script>alert(1)</script>\"'&\u{0}\u{1B}[2J\u{202E} +%41?#"

  private func result(
    _ kernel: String, _ name: String, _ verdict: Verdict, suite: String = "swap",
    known: String? = nil, seen: String? = nil
  ) -> CaseResult {
    CaseResult(
      PlannedCase(kernel: kernel, machine: "default", suite: suite, name: name), verdict,
      seen: seen, evidence: ["pages": "7"], steps: ["one step"], durationMilliseconds: 3,
      splats: verdict == .crash
        ? [
          SplatRecord(kind: .oops, title: "Oops " + name, fingerprint: "f", text: "t", fatal: true)
        ]
        : [], knownIssue: known)
  }

  private func run(_ id: String, day: Int, _ results: [CaseResult]) -> Run {
    let kernels = Set(results.map(\.planned.kernel)).sorted()
    return Run(
      id: id, started: "2026-11-0\(day)T04:00:00Z", elapsedMilliseconds: 60_000,
      guests: kernels.map {
        GuestRecord(
          kernel: $0, release: "6.12", machine: "default", accelerator: .tcg,
          acceleratorReason: "as asked", bootMilliseconds: 2_000 * day,
          facts: ["memory_mib": 1536, "origin": .text(Self.evil)])
      }, results: results)
  }

  /// Three nights: passed, then broken, and one in which everything is hostile.
  private func dashboard(cases: Int = 3) throws -> (Dashboard, path: String) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-dashboard-\(UUID().uuidString)")
    let path = folder.appendingPathComponent("history.db").path
    let history = try History(path)
    let many = (0..<cases).map { result("a", "swap.many-\($0)", .pass) }
    let first =
      [result("a", "swap.one", .pass), result("b", "swap.one", .pass)] + many
    let second =
      [
        result("a", "swap.one", .crash, seen: "a zero page"), result("b", "swap.one", .pass),
        result("a", "swap.two", .fail, known: "an-issue"),
      ] + many
    let third = Verdict.allCases.map {
      result(Self.evil, Self.evil + $0.rawValue, $0, suite: Self.evil, seen: Self.evil)
    }
    _ = try history.add(run("first", day: 1, first), at: .now)
    _ = try history.add(run("second", day: 2, second), at: .now)
    _ = try history.add(run(Self.evil, day: 3, third), at: .now)
    return (try Dashboard(History(reading: path)), path)
  }

  private func get(
    _ dashboard: Dashboard, _ target: String, method: String = "GET", host: String = "localhost"
  ) throws -> Answer {
    let text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)"
    return dashboard.answer(try #require(RequestHead(Array(text.utf8)), "\(target)"))
  }

  /// Addresses of this server on a page.
  private func links(_ page: String) -> Set<String> {
    Set(
      page.matches(of: /href="(\/[^"#]*)/).map {
        $0.1.replacingOccurrences(of: "&amp;", with: "&")
      })
  }

  @Test("every link of every page leads to a page, and no page takes hostile words for its own")
  func crawl() throws {
    let (dashboard, _) = try dashboard()
    var open: Set<String> = ["/"]
    var seen: Set<String> = []
    while let link = open.popFirst(), seen.count < 400 {
      seen.insert(link)
      let answer = try get(dashboard, link)
      #expect(answer.status == 200, "\(link): \(answer.status)")
      #expect(answer.body.components(separatedBy: "<script").count == 2, "\(link)")
      #expect(!answer.body.contains("alert(1)</script>"))
      #expect(!answer.body.unicodeScalars.contains("\u{0}"))
      #expect(!answer.body.unicodeScalars.contains("\u{1B}"))
      open.formUnion(links(answer.body).subtracting(seen))
    }
    #expect(seen.count > 15)
    #expect(seen.contains { $0.hasPrefix("/case?run=%3Cscript") })
  }

  @Test("a run is filtered by text, verdict, kernel and difference, and turned page by page")
  func filters() throws {
    let (dashboard, _) = try dashboard(cases: 450)
    func rows(_ query: String) throws -> Int {
      let page = try get(dashboard, "/run?run=second" + query).body
      return page.components(separatedBy: "<tr data-row").count - 1
    }
    #expect(try rows("") == 200)
    #expect(try rows("&page=3") == 52)
    #expect(try rows("&page=4") == 0)
    #expect(try rows("&v=c") == 1)
    #expect(try rows("&v=k") == 1)
    #expect(try rows("&v=ck") == 2)
    #expect(try rows("&v=p&on=1") == 1)
    #expect(try rows("&v=c&on=1") == 0)
    #expect(try rows("&q=ZERO+page") == 1)
    #expect(try rows("&q=many-44") == 11)
    #expect(try rows("&q=%25") == 0)
    #expect(try rows("&d=1&q=one") == 1)
    // What makes no sense is no filter.
    #expect(try rows("&v=xyz&on=-1&page=-7&d=maybe") == 200)
    #expect(try rows("&page=99999999999999999999") == 200)
  }

  @Test("a case has what it saw, its strip, and since when it is broken")
  func testCase() throws {
    let (dashboard, _) = try dashboard()
    let page = try get(dashboard, "/case?run=second&suite=swap&case=swap.one").body
    for words in [
      "a zero page", "Oops swap.one", "one step", "pages", "first bad", "last good", ">first</a>",
      "failed 1/2",
    ] {
      #expect(page.contains(words), "\(words)")
    }
  }

  @Test("two runs and two kernels are compared, and nonsense is refused in words")
  func compare() throws {
    let (dashboard, _) = try dashboard()
    let page = try get(dashboard, "/compare?a=first&b=second").body
    #expect(page.contains("1 regression") && page.contains("pass → crash"))
    #expect(try get(dashboard, "/compare?a=second:b&b=second:a").body.contains("Regressions"))
    let refused = try get(dashboard, "/compare?a=first&b=nothing%3Cb%3E")
    #expect(refused.status == 200 && refused.body.contains("nothing&lt;b&gt;"))
  }

  @Test("only what asks for a page of this server by its own name is answered")
  func refusals() throws {
    let (dashboard, path) = try dashboard()
    #expect(try get(dashboard, "/", host: "evil.example").status == 421)
    #expect(try get(dashboard, "/", method: "POST").status == 405)
    #expect(try get(dashboard, "/", method: "DELETE").status == 405)
    #expect(try get(dashboard, "/", method: "HEAD").status == 200)
    for target in [
      "/nothing", "/../etc/passwd", "/run", "/run?run=none", "/case?run=second&suite=x&case=y",
      "/live?run=none", "/run/",
    ] {
      #expect(try get(dashboard, target).status == 404, "\(target)")
    }
    // Where the history is, is nobody's business.
    for target in ["/", "/run?run=second", "/compare", "/nothing"] {
      #expect(try !get(dashboard, target).body.contains(path), "\(target)")
    }
  }

  @Test("a run that goes on is found by its note, and told as far as it has got")
  func live() throws {
    let (dashboard, path) = try dashboard()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      .appendingPathComponent("a run")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let note = try RunningRun.announce("goes-on", in: folder, besides: path)
    #expect(try get(dashboard, "/").body.contains("It has just begun"))
    var soFar = run("goes-on", day: 4, [result("a", "swap.one", .fail, seen: Self.evil)])
    soFar.results += (0..<3).map { result("a", "swap.later-\($0)", .missing) }
    try JSONEncoder().encode(soFar).write(to: folder.appendingPathComponent("run.json"))
    let page = try get(dashboard, "/live?run=goes-on").body
    #expect(page.contains("1 of 4 results") && page.contains("data-live"))
    #expect(page.contains("http-equiv=\"refresh\"") && !page.contains("alert(1)</script>"))
    // It has come into the history.
    _ = try History(path).add(soFar, at: .now)
    let answer = try get(dashboard, "/live?run=goes-on")
    #expect(answer.status == 302 && answer.headers.first?.value == "/run?run=goes-on")
    note.withdraw(besides: path)
    #expect(RunningRun.all(besides: path).isEmpty)
  }
}
