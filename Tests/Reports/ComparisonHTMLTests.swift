import Foundation
import KernelLog
import Reports
import Results
import Testing

/// A comparison as a page.
@Suite struct ComparisonHTMLTests {
  private static let evil = "<script>alert(1)</script>\"'\u{0}\u{1B}[2J"

  private func page(_ base: Run, _ candidate: Run) throws -> String {
    var text = ""
    ComparisonHTML().write(try Comparison.between(base, candidate), to: &text)
    return text
  }

  private func run(_ id: String, _ verdicts: [(String, Verdict)], machine: String = "default")
    -> Run
  {
    Run(
      id: id,
      guests: [
        GuestRecord(
          kernel: "k" + id, release: id, machine: machine, accelerator: .tcg, acceleratorReason: "",
          bootMilliseconds: 1, facts: ["cmdline": .text(id)])
      ],
      results: verdicts.map { name, verdict in
        CaseResult(
          PlannedCase(kernel: "k" + id, machine: machine, suite: "swap", name: name), verdict,
          expected: "expected of " + id, seen: "seen by " + id, evidence: ["tries": id],
          durationMilliseconds: 5,
          splats: verdict == .crash
            ? [SplatRecord(kind: .oops, title: id, fingerprint: id, text: id, fatal: true)] : [])
      })
  }

  @Test("what differs stands first, then the classes, the worst first, with both sides")
  func order() throws {
    let text = try page(
      run("A", [("swap.a", .pass), ("swap.b", .fail), ("swap.c", .pass)]),
      run("B", [("swap.a", .fail), ("swap.b", .pass), ("swap.c", .pass)]))
    let places = try [
      "id=\"differs\"", "id=\"regression\"", "expected of A", "expected of B", "id=\"fixed\"",
    ].map { word in try #require(text.firstRange(of: word), "\(word)").lowerBound }
    #expect(places == places.sorted())
    #expect(text.contains("✗ 1 regression") && text.contains("pass → fail"))
    #expect(text.contains("1 unchanged"))
  }

  @Test("hostile words stay words, and 5,000 changed cases make a small page")
  func hostile() throws {
    let many = (0..<5_000).map { ("swap.\($0)", Verdict.pass) }
    let text = try page(
      run("A" + Self.evil, many + [("x" + Self.evil, .pass)], machine: Self.evil),
      run(
        "B" + Self.evil, many.map { ($0.0, .crash) } + [("x" + Self.evil, .crash)],
        machine: Self.evil))
    #expect(text.components(separatedBy: "<script").count == 2)
    #expect(!text.contains("alert(1)</script>"))
    #expect(!text.unicodeScalars.contains("\u{0}") && !text.unicodeScalars.contains("\u{1B}"))
    #expect(text.utf8.count < 1_000_000)
    #expect(text.contains("and \(5_001 - 60 - 400) more"))
  }

  @Test("where nothing can be concluded, the page says so and has no classes")
  func refused() throws {
    let text = try page(
      run("A", [("swap.a", .pass)]), run("B", [("swap.a", .fail)], machine: "tight"))
    #expect(text.contains("Nothing can be concluded"))
    #expect(!text.contains("id=\"regression\""))
  }
}
