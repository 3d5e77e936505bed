import Foundation
import Subprocess
import Testing

/// The page in a real browser.
@Suite("the page in Chromium", .serialized)
struct ReportPageTests {
  private struct Answers: Decodable {
    let values: [String]
    let complaints: [String]
  }

  /// Opens the page of a run, does the steps, and answers the values of those that have any, each as JSON.
  private func browse(_ run: String, _ steps: String) async throws -> Answers {
    let command = try Command()
    defer { command.remove() }
    let page = command.directory.appendingPathComponent("page.html").path
    let outcome = try await command.faultline(["report", run, "--format", "html", "--out", page])
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    try command.write(steps, to: "steps.json")
    let browse = Harness.root.appendingPathComponent("Tests/Integration/Reports/browse.py").path
    let answer = try await command.run(
      "sh", ["-c", "exec python3 \"$0\" \"$1\" <steps.json", browse, page])
    #expect(answer.status == .exited(0), "\(answer.err)")
    return try JSONDecoder().decode(Answers.self, from: Data(answer.out.utf8))
  }

  /// How many rows can be seen, as a step.
  private static let visible =
    #"{"eval": "String(Array.from(document.querySelectorAll('tr[data-v]')).filter(r => r.offsetParent).length)"}"#
  private static let hash = #"{"eval": "location.hash"}"#
  private static let open =
    #"{"eval": "Array.from(document.querySelectorAll('article.open h3')).map(h => h.textContent).join()"}"#

  @Test("rows are filtered by text and verdict, and the address says how")
  func filter() async throws {
    let answers = try await browse(
      KeptRuns.example.path,
      """
      [{"load": ""}, \(Self.visible), {"click": "#search"}, {"type": "zero"}, \(Self.visible), \(Self.hash),
       {"click": "#clear"}, \(Self.visible), {"click": ".chip.c"}, \(Self.visible), \(Self.hash),
       {"click": ".chip.c"}, {"click": "#differ"}, \(Self.visible),
       {"load": "#q=copy_huge_pmd"}, \(Self.visible), {"eval": "document.querySelector('#count').textContent"},
       {"load": "#v=m&on=0"}, \(Self.visible), {"load": "#v=m&on=3"}, \(Self.visible)]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(
      answers.values == [
        "15", "1", "#q=zero", "15", "1", "#v=c", "10", "1", "1 of 15 cases", "0", "2",
      ])
  }

  @Test("a case opens by mouse, by keyboard and by address, and closes again")
  func openCase() async throws {
    let answers = try await browse(
      KeptRuns.example.path,
      """
      [{"load": ""}, {"click": "#matrix a[href='#c0']"}, \(Self.open), \(Self.hash), {"type": "jj"}, \(Self.open),
       {"type": "k"}, \(Self.open), {"type": "Escape"}, \(Self.open), \(Self.hash),
       {"eval": "document.activeElement.textContent"}, {"type": "Enter"}, \(Self.open),
       {"load": "#case=swap.wp-while-out"}, \(Self.open),
       {"eval": "document.querySelector('article.open').innerText.includes('bit 57 clear, page present') ? 'seen' : 'not'"},
       {"click": "article.open .panel-bar button:last-child"}, \(Self.open)]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(
      answers.values == [
        "boot", "#case=boot", "uffdwp-anon.zero-page", "uffdwp-anon.basic", "", "",
        "uffdwp-anon.basic", "uffdwp-anon.basic", "swap.wp-while-out", "seen", "",
      ])
  }

  @Test("a narrow window needs no scrolling to the side, and a case fills it")
  func narrow() async throws {
    let width = #"{"eval": "String(document.documentElement.scrollWidth)"}"#
    let answers = try await browse(
      KeptRuns.example.path,
      """
      [{"size": [390, 844]}, {"load": ""}, \(width), {"click": "#matrix a[href='#c3']"}, \(width),
       {"eval": "String(document.querySelector('article.open').getBoundingClientRect().width)"}]
      """)
    #expect(answers.values == ["390", "390", "390"])
  }

  @Test("dark by the system, light by the button, and readable in both")
  func dark() async throws {
    let colours = #"{"eval": "getComputedStyle(document.body).backgroundColor"}"#
    let answers = try await browse(
      KeptRuns.example.path,
      """
      [{"scheme": "light"}, {"load": ""}, \(colours), {"scheme": "dark"}, \(colours), {"click": "#theme"}, \(colours),
       {"scheme": "light"}, {"click": "#theme"}, \(colours)]
      """)
    #expect(Set(answers.values).count == 2)
    #expect(answers.values[0] == answers.values[2] && answers.values[1] == answers.values[3])
  }

  @Test("without scripts every row and every case can be read")
  func withoutScripts() async throws {
    let answers = try await browse(
      KeptRuns.example.path,
      """
      [{"scripts": false}, {"load": ""}, {"scripts": true}, \(Self.visible),
       {"eval": "String(Array.from(document.querySelectorAll('article')).filter(a => a.offsetParent).length)"},
       {"eval": "String(Array.from(document.querySelectorAll('.js-only')).filter(a => a.offsetParent).length)"}]
      """)
    #expect(answers.values == ["15", "15", "0"])
  }

  @Test("hostile words run nothing, load nothing and can be searched for")
  func hostile() async throws {
    let command = try Command()
    defer { command.remove() }
    let run = try KeptRuns.write(
      KeptRuns.hostile(), to: command.directory.appendingPathComponent("run"))
    let answers = try await browse(
      run,
      """
      [{"load": ""}, {"eval": "String(document.title.startsWith('faultline: '))"},
       {"eval": "String(document.querySelectorAll('script').length)"},
       {"eval": "String(document.querySelectorAll('img, iframe, object, embed, link').length)"},
       {"click": "#search"}, {"type": "<script>document"}, \(Self.visible),
       {"click": "#matrix tr[data-v] a"}, {"eval": "String(document.querySelectorAll('article.open').length)"},
       {"eval": "document.title.includes('owned') && !document.title.includes('<script') ? 'owned' : 'safe'"}]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(answers.values == ["true", "1", "0", "9", "1", "safe"])
  }
}
