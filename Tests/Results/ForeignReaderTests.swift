import Foundation
import GuestProtocol
import KernelLog
import Results
import Testing

/// What becomes of the output of programs that are not ours.
///
/// `ForeignCorpus/` holds files of the cases that must come of
/// it, `NAME VERDICT` a line, a blank line, and the output. Another file there is another test.
@Suite struct ForeignReaderTests {
  private static let corpus = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "ForeignCorpus")

  private static let files: [String] = {
    // None: the first test fails.
    let names = try? FileManager.default.contentsOfDirectory(atPath: corpus.path)  // see above
    return (names ?? []).sorted()
  }()

  private func hear(_ output: String, splats: [Splat] = []) -> [CaseResult] {
    let exit = PlannedCase(kernel: "k", machine: "m", suite: "cow", name: ForeignReader.exit)
    var transcript = SuiteTranscript(suite: "cow", planned: [exit])
    transcript.note(.caseStarted(ForeignReader.exit))
    var foreign = ForeignReader()
    var reader = KTAPReader()
    reader.read(output.utf8) { _ = foreign.take($0, into: &transcript) }
    reader.finish { _ = foreign.take($0, into: &transcript) }
    for splat in splats { transcript.note(splat) }
    if output.contains("# faultline end ") {
      transcript.ended(.exited(status: 0))
    } else {
      transcript.guestEnded(.vanished(""))
    }
    foreign.finish(&transcript)
    return transcript.results()
  }

  @Test("there is a corpus")
  func exists() { #expect(Self.files.count > 15) }

  @Test("every output of the corpus gives the cases that its head names", arguments: files)
  func corpus(_ file: String) throws {
    let text = try String(contentsOf: Self.corpus.appending(path: file), encoding: .utf8)
    let parts = text.split(separator: "\n\n", maxSplits: 1)
    let output = String(try #require(parts.last))
    let seen = hear(output).map { "\($0.planned.name) \($0.verdict.rawValue)" }
    #expect(seen == parts[0].split(separator: "\n").map { String($0) })
  }

  @Test("a failed point says what stood before it, and an odd name is kept")
  func words() {
    let results = hear("# lost 3 pages\nnot ok 1 Odd Name\n# faultline end exited 1\n")
    #expect(results[0].seen == "lost 3 pages")
    #expect(results[0].evidence == ["name": "Odd Name"])
  }

  @Test("a leak fails the program with both sides")
  func leak() {
    let results = hear("# faultline leak a: 1 | a: 2\n# faultline end exited 0\n")
    #expect(results[0].verdict == .fail)
    #expect(results[0].expected == "a: 1")
    #expect(results[0].seen == "a: 2")
  }

  @Test("a splat belongs to the point that was being worked on, or to the program when none came")
  func splats() {
    func splat(_ mark: String) -> Splat {
      Splat(
        kind: .warning, title: mark, fingerprint: mark, isFatal: false, text: mark,
        owner: SplatOwner(suite: "cow", caseName: mark, caseRun: 1, caseIsOver: false))
    }
    let results = hear(
      "1..2\nok 1 a\nok 2 b\n# faultline end exited 0\n",
      splats: [splat("point/2"), splat("point/3")])
    #expect(results.map(\.verdict) == [.pass, .fail, .fail])
    #expect(results.map { $0.splats.map(\.title) } == [[], ["point/2"], ["point/3"]])
  }

  @Test("a name from a file name is one that a suite may have")
  func names() {
    #expect(ForeignReader.suiteName(ofProgram: "Foo Bar_64") == "foo-bar_64")
    #expect(ForeignReader.suiteName(ofProgram: "…") == "program")
  }
}
