import Foundation
import GuestProtocol
import KernelLog
import Reports
import Results
import Testing

/// Each format of the example, of a clean run, of every verdict and of repetitions, whole.
@Suite("reports of a kept run")
struct ReportSnapshotTests {
  @Test("the example with four kernels in every format")
  func example() throws {
    for (name, text) in try AllReports.texts(ExampleRun.run().run) where name != "ktap" {
      try expectSnapshot(text, "report-\(name)")
    }
  }

  /// Every verdict, red and known, on two machines, some of them three times.
  static var verdicts: Run {
    let results = ["small", "default"].flatMap { machine in
      Verdict.allCases.flatMap { verdict in
        [nil, "zero-page-wp"].map { issue in
          CaseResult(
            PlannedCase(
              kernel: "k", machine: machine, suite: "s",
              name: verdict.rawValue + (issue == nil ? "" : "-known")),
            verdict, reason: Reason(.other, "the reason"), expected: "e", seen: "s",
            evidence: ["key": "value"], durationMilliseconds: 3,
            knownIssue: verdict.isRed ? issue : nil)
        }
      }
    }
    let repeated = (1...3).map { repetition in
      CaseResult(
        PlannedCase(
          kernel: "k", machine: "small", suite: "s", name: "flaky", repetition: repetition),
        repetition == 1 ? .pass : repetition == 2 ? .fail : .hang,
        reason: repetition == 3 ? Reason(.deadline, "no end after 30 s") : nil,
        durationMilliseconds: 10)
    }
    return Run(id: "verdicts", results: results + repeated)
  }

  @Test("every verdict, red and known, on two machines, and repetitions")
  func everyVerdict() throws {
    for (name, text) in try AllReports.texts(Self.verdicts) where !["ktap", "html"].contains(name) {
      try expectSnapshot(text, "verdicts-\(name)")
    }
  }

  @Test("a run in which nothing ran is a report, and no green one")
  func empty() throws {
    for (name, text) in try AllReports.texts(Run(id: "empty")) {
      #expect(!text.isEmpty, "\(name)")
      #expect(!text.contains("✓ faultline") && !text.contains("no failures"), "\(name)")
    }
  }

  @Test("lines in somebody's name are written for those who asked, and fit the run")
  func trailers() {
    let trailer = Trailer(reporter: "R <r@example.org>", tester: "T <t@example.org>")
    let red = ExampleRun.run().run
    var green = red
    green.results.removeAll(where: \.isRed)
    for (run, wanted, other) in [
      (red, "Reported-by: R <r@example.org>", "Tested-by"),
      (green, "Tested-by: T <t@example.org>", "Reported-by"),
    ] {
      var (mail, page, silent) = ("", "", "")
      MailReport(trailer: trailer).write(run, to: &mail)
      MarkdownReport(trailer: trailer).write(run, to: &page)
      MailReport().write(run, to: &silent)
      #expect(mail.contains("\n\n\(wanted)\n") || mail.contains("\n\(wanted)\n"))
      #expect(page.contains(wanted))
      #expect(!mail.contains(other) && !page.contains(other))
      #expect(!silent.contains("-by: "))
    }
  }

  @Test(
    "a person is a name and an address, on one line",
    arguments: [
      ("A B <a@b.org>", true), ("A <a@b>", true), ("a@b.org", false), ("<a@b.org>", false),
      ("A <a@b>\nX: y", false), ("A <a b@c>", false), ("", false),
    ])
  func persons(text: String, isPerson: Bool) {
    #expect(Trailer.isPerson(text) == isPerson)
  }

  @Test("a mail is ASCII in 72 columns behind its subject")
  func mailShape() {
    var text = ""
    MailReport(knownIssues: ExampleRun.knownIssues).write(ExampleRun.run().run, to: &text)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("Subject: faultline: ") && lines[1].isEmpty)
    #expect(text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
    #expect(lines.dropFirst().allSatisfy { $0.count <= 72 })
  }
}
