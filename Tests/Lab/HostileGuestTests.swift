import Foundation
import GuestProtocol
import Results
import Testing

@testable import Lab
@testable import Machine

/// A guest that means harm, as far as its bytes go: every planned case keeps exactly one verdict, and nothing grows.
@Suite("a hostile guest", .serialized)
struct HostileGuestTests {
  private static let planned = ["a.one", "a.two", "a.three"].map {
    PlannedCase(kernel: "k", machine: "m", suite: "test-trouble", name: $0)
  }
  private static let names = planned.map(\.name)

  /// A guest that has greeted and runs its program.
  private struct Guest {
    var writer = RecordWriter()
    var heard = Conversation()

    init() {
      say(.hello(nonce: "", facts: [], problems: []))
      say(.started(run: 1, pid: 2))
    }

    mutating func say(_ record: GuestProtocol.GuestRecord) {
      heard.take(writer.line(record.record))
    }

    mutating func print(_ lines: String...) {
      for line in lines { say(.out(run: 1, text: line)) }
    }

    func results() -> [CaseResult] {
      heard.results(.hung(.unknown), of: HostileGuestTests.planned)
    }
  }

  /// A verdict a planned case, in order; each further result an error under a name of its own.
  private func verdicts(_ guest: Guest) -> [Verdict] {
    let results = guest.results()
    #expect(results.prefix(3).map(\.planned.name) == Self.names)
    #expect(Set(results.map(\.planned)).count == results.count)
    #expect(results.dropFirst(3).allSatisfy { $0.verdict == .error })
    #expect(results.allSatisfy { CaseID($0.planned.name) != nil })
    #expect(results.count <= 3 + SuiteTranscript.maximumUnplanned)
    return results.prefix(3).map(\.verdict)
  }

  /// What comes of a program that prints these lines and then, again and again, those.
  private func flood(_ first: [String], _ again: [String]) -> (lines: Int, results: [CaseResult]) {
    let ear = SuiteEar("test-trouble", planned: Self.planned, kernel: "k", log: nil) { _ in }
    var lines = 0
    do throws(ListeningEnd) {
      for line in first { try ear.hear(ProgramOutput(.out, line)) }
      while lines < 1_000_000 {
        lines += 1
        try ear.hear(ProgramOutput(.out, again[lines % again.count]))
      }
      Issue.record("it was never too much")
    } catch {
      ear.end(
        ProgramRun(end: .guestGone(error.guestEnd), hasStarted: true, duration: .zero))
    }
    return (lines, ear.conclude().results)
  }

  @Test("a case that prints without end is an error with the reason, and the guest is given up")
  func lines() {
    let (lines, results) = flood(["# case a.one", "ok 1 a.one", "# case a.two"], ["x"])
    #expect(lines < SuiteEar.maximumLines + 3)
    #expect(results.map(\.verdict) == [.pass, .error, .missing])
    #expect(
      results[1].reason
        == Reason(.breach, "the guest floods its output: over 200000 lines in one case"))
    #expect(results[2].waitsForAnotherGuest)
  }

  @Test("so is one that prints few lines that are long; begun again, it has no more room")
  func bytes() {
    let long = String(repeating: "y", count: Limits.outputLineBytes)
    let (lines, results) = flood(
      ["# case a.one"], [long, "# case a.one", "# case b.unheard-of"])
    #expect(lines < 3 * (SuiteEar.maximumBytes / Limits.outputLineBytes + 1))
    #expect(results.map(\.verdict) == [.error, .missing, .missing, .error])
    #expect(results[0].reason?.text == "the guest floods its output: over 32 MiB in one case")
  }

  @Test(
    "a name that nobody planned costs no planned case its verdict, and is a name in the end",
    arguments: [
      "../../../../etc/passwd", "a\u{0}b", "\u{1b}[2J\u{1b}]0;x\u{7}", "<script>alert(1)</script>",
      String(repeating: "n", count: 16_000), "A.ONE", "a.one ", "swap-anon.out-in-keeps",
      "boot", "exit", "", "\u{202e}eno.a", "a.one#", "日本",
    ])
  func names(_ name: String) {
    var guest = Guest()
    guest.print("# case a.one", "ok 1 a.one", "# case \(name)", "# evidence k=v", "ok 2 - \(name)")
    guest.print("# case a.two", "not ok 2 a.two", "# case a.three", "ok 3 a.three")
    #expect(verdicts(guest) == [.pass, .fail, .pass])
  }

  @Test("ten thousand names that nobody planned are twenty results")
  func manyNames() {
    var guest = Guest()
    for number in 0..<10_000 { guest.print("ok 1 stranger-\(number)") }
    #expect(verdicts(guest) == [.missing, .missing, .missing])
    #expect(guest.results().count == 3 + SuiteTranscript.maximumUnplanned)
  }

  @Test("a case reported twice, differently, is an error; twice alike it counts once")
  func twice() {
    var guest = Guest()
    guest.print("# case a.one", "ok 1 a.one", "ok 1 a.one", "# case a.two", "not ok 2 a.two")
    guest.print("# case a.two", "ok 2 a.two")
    #expect(verdicts(guest) == [.pass, .error, .missing])
  }

  @Test("a flood of evidence and steps is kept up to a bound")
  func evidence() throws {
    var guest = Guest()
    let long = String(repeating: "e", count: 4_000)
    guest.print("# case a.one")
    for number in 0..<2_000 {
      guest.print(
        "# evidence key-\(number)=\(long)", "# step \(number) \(long)", "# expected \(long)")
    }
    guest.print("not ok 1 a.one # time_ms=999999999999999999999")
    #expect(verdicts(guest) == [.fail, .missing, .missing])
    let json = try JSONEncoder().encode(guest.results()[0])
    #expect(json.count < 100_000)
  }

  @Test("numbers at the edge of what a number can be")
  func numbers() {
    var guest = Guest()
    guest.print("1..9223372036854775808", "ok 9223372036854775808 a.one", "# case a.one")
    guest.print("ok 999999999 a.one # time_ms=999999999", "1..999999999")
    guest.say(.exited(run: 1, status: -.max))
    #expect(verdicts(guest) == [.pass, .error, .error])
  }

  @Test(
    "an execution that is not the host's is nobody's, and what comes after the end is not heard")
  func replays() {
    var guest = Guest()
    guest.say(.out(run: 2, text: "ok 1 a.one"))
    guest.say(.exited(run: .max, status: 0))
    guest.say(.hello(nonce: "again", facts: [], problems: []))
    guest.say(.started(run: 1, pid: -.max))
    guest.print("# case a.two", "not ok 2 a.two")
    guest.say(.exited(run: 1, status: 1))
    guest.print("# case a.three", "ok 3 a.three")
    guest.say(.exited(run: 1, status: 0))
    #expect(verdicts(guest) == [.error, .fail, .error])
  }

  @Test("a foreign program that plans a thousand million points, or has one name for all, is cheap")
  func foreign() {
    let exit = PlannedCase(kernel: "k", machine: "m", suite: "s", name: ForeignReader.exit)
    var transcript = SuiteTranscript(suite: "s", planned: [exit])
    var reader = ForeignReader()
    _ = reader.take(.plan(count: 999_999_999, skipReason: nil, depth: 0), into: &transcript)
    for number in 0..<20_000 {
      let point = KTAPPoint(number: 7 * number, ok: true, name: "the same")
      _ = reader.take(.point(point), into: &transcript)
    }
    reader.finish(&transcript)
    let results = transcript.results()
    #expect(results.count == 10_000 + 1_000 + 1)
    #expect(Set(results.map(\.planned)).count == results.count)
    #expect(results.contains { $0.planned.name == "point-999999999" && $0.verdict == .missing })
    #expect(ForeignReader.suiteName(ofProgram: "boot") == "program-boot")
  }

  @Test(
    "bytes without a line break, and floods of every kind of record, are not kept",
    .timeLimit(.minutes(5)))
  func memory() {
    let before = Self.residentBytes
    let chunk = [UInt8](repeating: UInt8(ascii: "z"), count: 256 << 10)
    var endless = Guest()
    for _ in 0..<400 { endless.heard.take(chunk) }
    #expect(endless.heard.breach == "wrote more than 65536 bytes without a line break")
    // Before the greeting it may be the end of something; it is dropped as it comes.
    var silent = Conversation()
    for _ in 0..<400 { silent.take(chunk) }
    #expect(silent.breach == nil)

    var port = GuestConversation()
    var writer = RecordWriter()
    let text = String(repeating: "k", count: 1 << 14)
    for number in 0..<2_000 {
      let record: GuestProtocol.GuestRecord =
        number.isMultiple(of: 2) ? .kmsg(text: text) : .exited(run: 1, status: 0)
      writer.line(record.record).withUnsafeBytes { port.take($0) { _ in } }
    }
    #expect(!port.isBroken)
    #expect(Self.residentBytes - before < 64 << 20)
  }

  @Test("marks and complaints of ever new names on the console are not kept")
  func console() {
    let before = Self.residentBytes
    let feed = ConsoleFeed()
    let tail = String(repeating: "n", count: 3_900)
    for number in 0..<20_000 {
      let lines = "faultline: case \(number)\(tail) start\nBUG: Bad page state \(number)\n"
      Array(lines.utf8).withUnsafeBytes { feed.take($0) }
    }
    #expect(Self.residentBytes - before < 64 << 20)
    #expect(feed.splats().count <= 200)
  }

  private static var residentBytes: Int {
    let fields = FileManager.default.contents(atPath: "/proc/self/statm")
      .map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
    return (fields.flatMap { Int($0[1]) } ?? 0) * 4_096
  }

  @Test("the log of what a program prints ends at its bound")
  func outputLog() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-log-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover harms nobody
    let ear = SuiteEar(
      "s", planned: Self.planned, kernel: "k", log: try FileHandle(forWritingTo: file)
    ) { _ in }
    let line = ProgramOutput(.error, String(repeating: "l", count: Limits.outputLineBytes))
    for _ in 0..<(SuiteEar.maximumLogBytes / Limits.outputLineBytes + 100) { try ear.hear(line) }
    let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
    #expect(try #require(size) <= SuiteEar.maximumLogBytes + 100)
    let text = String(decoding: try Data(contentsOf: file).suffix(60), as: UTF8.self)
    #expect(text.hasSuffix("[faultline: the log of s ends here, at 16 MiB]\n"))
  }

  @Test("what an earlier guest's case was reported as by a later one has a name of its own")
  func alreadyJudged() throws {
    let first = Self.planned[0]
    var sheet = VerdictSheet(Plan([first]))
    try sheet.record(CaseResult(first, .fail))
    for _ in 0..<3 {
      sheet.recordUnplanned(CaseResult(first, .error, reason: Reason(.unplanned, "again")))
    }
    let results = sheet.closed { _ in Reason(.host, "") }
    #expect(results.map(\.planned.name) == ["a.one", "a.one-2", "a.one-3", "a.one-4"])
    #expect(results.map(\.verdict) == [.fail, .error, .error, .error])
  }
}
