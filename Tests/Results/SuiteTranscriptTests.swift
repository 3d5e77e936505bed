import GuestProtocol
import KernelLog
import Results
import Testing

@Suite struct SuiteTranscriptTests {
  private func transcript(_ names: String..., hearing ktap: String = "") -> SuiteTranscript {
    let planned = names.map {
      PlannedCase(kernel: "k", machine: "m", suite: "swap", name: $0)
    }
    var transcript = SuiteTranscript(suite: "swap", planned: planned)
    var reader = KTAPReader()
    reader.read(ktap.utf8) { transcript.note($0) }
    return transcript
  }

  private func splat(
    _ kind: SplatKind, case name: String?, over: Bool = false, title: String = "t"
  ) -> Splat {
    Splat(
      kind: kind, title: title, fingerprint: title, isFatal: kind.isFatal, text: title,
      owner: SplatOwner(
        suite: "swap", caseName: name, caseRun: name == nil ? 0 : 1, caseIsOver: over))
  }

  private func words(_ transcript: SuiteTranscript) -> [String] {
    transcript.results().map { "\($0.planned.name) \($0.verdict.rawValue)" }
  }

  @Test("a quiet suite gives each case its claim, evidence, words and time")
  func quiet() {
    var transcript = transcript(
      "a", "b",
      hearing: """
        1..2
        # case a
        # step mapping 4 pages
        # step page 0: W
        # evidence pswpout=4
        ok 1 a # time_ms=7
        # case b
        # expected W set
        # seen W clear
        not ok 2 b # time_ms=1

        """)
    transcript.ended(.exited(status: 1))
    let results = transcript.results()
    #expect(words(transcript) == ["a pass", "b fail"])
    #expect(results[0].evidence == ["pswpout": "4"])
    #expect(results[0].steps == ["mapping 4 pages", "page 0: W"])
    #expect(results[1].steps.isEmpty)
    #expect(results[0].durationMilliseconds == 7)
    #expect(results[1].expected == "W set")
    #expect(results[1].seen == "W clear")
    #expect(results[1].evidence.isEmpty)
  }

  @Test("a result is given when its line comes")
  func provisional() {
    var transcript = transcript("a")
    #expect(transcript.note(.caseStarted("a")) == nil)
    #expect(transcript.running == "a")
    let result = transcript.note(.point(KTAPPoint(number: 1, ok: true, name: "a")))
    #expect(result?.verdict == .pass)
    #expect(transcript.running == nil)
  }

  @Test("a crash in the middle keeps what was before and names itself to what comes after")
  func crash() {
    var transcript = transcript("a", "b", "c", hearing: "# case a\nok 1 a\n# case b\n")
    transcript.note(splat(.panic, case: "b", title: "Kernel panic: x"))
    transcript.guestEnded(.panic)
    let results = transcript.results()
    #expect(words(transcript) == ["a pass", "b crash", "c missing"])
    #expect(results[1].reason == Reason(.splat, "Kernel panic: x"))
    #expect(results[2].reason == Reason(.guestGone, "the guest panicked in swap/b"))
  }

  @Test("a crash after the last case's end belongs to that case")
  func lateCrash() {
    var transcript = transcript("a", "b", hearing: "# case a\nok 1 a\n# case b\nok 2 b\n")
    transcript.note(splat(.bug, case: "b", over: true))
    transcript.guestEnded(.panic)
    #expect(words(transcript) == ["a pass", "b crash"])
  }

  @Test("a panic is the running case's, also when its marker did not get out")
  func panicWithoutMarker() {
    var transcript = transcript("a", "b", hearing: "# case a\nok 1 a\n# case b\n")
    transcript.guestEnded(.panic)
    transcript.note(splat(.panic, case: "a"))
    #expect(words(transcript) == ["a pass", "b crash"])
  }

  @Test("an oops that the kernel survived stays its case's when the guest panics in a later one")
  func survivedOops() {
    var transcript = transcript("a", "b", hearing: "# case a\nok 1 a\n# case b\n")
    transcript.guestEnded(.panic)
    transcript.note(splat(.pageFault, case: "a", over: true))
    transcript.note(splat(.panic, case: "b"))
    let results = transcript.results()
    #expect(results.map(\.splats.count) == [1, 1])
    #expect(results.map(\.verdict) == [.crash, .crash])
  }

  @Test("a splat without markers falls to the last finished case, and before any to nobody")
  func unmarked() {
    var early = transcript("a", hearing: "")
    early.note(splat(.warning, case: nil, title: "early"))
    #expect(early.strayedSplats.map(\.title) == ["early"])
    var late = transcript("a", hearing: "# case a\nok 1 a\n")
    late.note(splat(.warning, case: nil))
    #expect(words(late) == ["a fail"])
    #expect(late.strayedSplats.isEmpty)
  }

  @Test("the same splat twice in a case is kept once")
  func repeatedSplat() {
    var transcript = transcript("a", hearing: "# case a\nok 1 a\n")
    transcript.note(splat(.warning, case: "a"))
    transcript.note(splat(.warning, case: "a"))
    #expect(transcript.results()[0].splats.count == 1)
  }

  @Test("a hang names the deadline, and what comes after names the hang")
  func hang() {
    var transcript = transcript("a", "b", hearing: "# case a\n")
    transcript.deadlinePassed(waited: "30 s", milliseconds: 30_000)
    transcript.guestEnded(.hung(.unknown))
    let results = transcript.results()
    #expect(words(transcript) == ["a hang", "b missing"])
    #expect(results[0].durationMilliseconds == 30_000)
    #expect(results[1].reason == Reason(.guestGone, "the guest hung in swap/a"))
  }

  @Test("a program that falls silent between cases costs the one that was to begin")
  func silence() {
    var transcript = transcript("a", "b", "c", hearing: "# case a\nok 1 a\n")
    transcript.fellSilent(waited: "40 s")
    transcript.guestEnded(.hung(.unknown))
    let results = transcript.results()
    #expect(words(transcript) == ["a pass", "b hang", "c missing"])
    #expect(results[1].reason == Reason(.deadline, "the guest hung"))
    #expect(results[2].reason == Reason(.guestGone, "the guest hung in swap/b"))
  }

  @Test("a program that falls silent after its last case is an error of the suite")
  func silenceAtTheEnd() {
    var transcript = transcript("a", hearing: "# case a\nok 1 a\n")
    transcript.fellSilent(waited: "40 s")
    transcript.guestEnded(.hung(.unknown))
    #expect(words(transcript) == ["a pass", "exit error"])
    #expect(
      transcript.results()[1].reason
        == Reason(
          .unplanned, "the program did not end after every case was reported: 40 s of silence"))
  }

  @Test("a program that falls silent while a case runs is that case's")
  func silenceInACase() {
    var transcript = transcript("a", "b", hearing: "# case a\n")
    transcript.fellSilent(waited: "40 s")
    #expect(transcript.running == "a")
  }

  @Test("a program that was killed costs the case that ran; the others are told by its next run")
  func killedProgram() {
    var transcript = transcript("a", "b", "c", hearing: "# case a\nok 1 a\n# case b\n")
    transcript.ended(.signalled(9))
    #expect(transcript.unbegun.map(\.name) == ["c"])
    transcript.runsAgain()
    #expect(transcript.running == nil)
    transcript.note(.caseStarted("c"))
    transcript.note(.point(KTAPPoint(number: 1, ok: true, name: "c")))
    transcript.ended(.exited(status: 0))
    #expect(words(transcript) == ["a pass", "b error", "c pass"])
    #expect(
      transcript.results()[1].reason
        == Reason(.unreported, "the program ended (by signal 9) without reporting it"))
  }

  @Test("a guest that dies in the second run of a program is not taken for the end of the first")
  func killedProgramThenPanic() {
    var transcript = transcript("a", "b", hearing: "# case a\n")
    transcript.ended(.signalled(9))
    transcript.runsAgain()
    transcript.note(.caseStarted("b"))
    transcript.guestEnded(.vanished(""))
    #expect(words(transcript) == ["a error", "b lost"])
  }

  @Test("a panic is the case's that the kernel's log shows running, and the one heard last is lost")
  func unheardCase() {
    var transcript = transcript("a", "b", "c", hearing: "# case a\n")
    let panic = splat(.panic, case: "b", title: "Kernel panic: Attempted to kill init!")
    transcript.guestEnded(.panic)
    transcript.noteLastMark(panic.owner)
    transcript.note(panic)
    #expect(words(transcript) == ["a lost", "b crash", "c missing"])
  }

  @Test("a guest that hung in a case which init could not announce hung in that one")
  func unheardHang() {
    var transcript = transcript("a", "b", hearing: "# case a\n")
    let nmi = splat(.nmi, case: "b", title: "NMI backtrace in f")
    transcript.guestEnded(.hung(.kernel))
    transcript.noteLastMark(nmi.owner)
    transcript.note(nmi)
    #expect(words(transcript) == ["a lost", "b hang"])
  }

  @Test("a panic whose case's mark did not get out is the running case's")
  func unmarkedPanic() {
    var transcript = transcript("a", "b", hearing: "# case a\nok 1 a\n# case b\n")
    let panic = splat(.panic, case: "a", title: "Kernel panic")
    transcript.guestEnded(.panic)
    transcript.noteLastMark(panic.owner)
    transcript.note(panic)
    #expect(words(transcript) == ["a pass", "b crash"])
  }

  @Test("the NMI that the host sent into a hung guest makes it no crash, and says where it hung")
  func hangWithBacktrace() {
    var transcript = transcript("a", hearing: "# case a\n")
    transcript.deadlinePassed(waited: "30 s")
    transcript.note(splat(.nmi, case: "a", title: "NMI backtrace in hugetlb_wp"))
    transcript.guestEnded(.hung(.unknown))
    let results = transcript.results()
    #expect(results.map(\.verdict) == [.hang])
    #expect(
      results[0].reason
        == Reason(
          .deadline, "no end within 30 s; the kernel said: NMI backtrace in hugetlb_wp"))
  }

  @Test("a program that ends early leaves errors, not missing cases")
  func earlyEnd() {
    var transcript = transcript("a", "b", hearing: "# case a\n")
    transcript.ended(.signalled(6))
    #expect(words(transcript) == ["a error", "b error"])
  }

  @Test("what was not planned is an error of its own, bounded")
  func unplanned() {
    var transcript = transcript("a", hearing: "ok 1 a\nnot ok 2 x\n")
    transcript.ended(.exited(status: 1))
    #expect(words(transcript) == ["a pass", "x error"])
    var flood = self.transcript("a", hearing: "ok 1 a\n")
    for index in 0..<100 {
      flood.note(.point(KTAPPoint(number: index, ok: true, name: "x\(index)")))
    }
    let results = flood.results()
    #expect(results.count == 1 + SuiteTranscript.maximumUnplanned)
    #expect(results.last?.reason?.text.hasSuffix("(and 80 more lines like it)") == true)
  }

  @Test("a result line that forked children printed twice counts once, unless they disagree")
  func twice() {
    #expect(words(transcript("a", hearing: "ok 1 a\nok 1 a\n")) == ["a pass"])
    #expect(words(transcript("a", hearing: "ok 1 a\nnot ok 1 a\n")) == ["a error"])
  }

  @Test(
    "an exit status that the cases do not explain is an error of the suite",
    arguments: [
      ("ok 1 a\n", ProgramEnd.exited(status: 0), ["a pass"]),
      ("ok 1 a # SKIP feature: x\n", .exited(status: 4), ["a skip"]),
      ("not ok 1 a\n", .exited(status: 1), ["a fail"]),
      ("ok 1 a\n", .exited(status: 1), ["a pass", "exit error"]),
      ("ok 1 a\n", .signalled(11), ["a pass", "exit error"]),
      ("not ok 1 a\n", .exited(status: 139), ["a fail", "exit error"]),
    ])
  func exit(ktap: String, end: ProgramEnd, expected: [String]) {
    var transcript = transcript("a", hearing: ktap)
    transcript.ended(end)
    #expect(words(transcript) == expected)
  }

  @Test("subtests of a foreign program are not taken for planned cases")
  func subtests() {
    #expect(words(transcript("a", hearing: "  not ok 1 a\nok 1 a\n")) == ["a pass"])
  }

  @Test("a suite whose program never ran is missing with that reason")
  func neverRan() {
    var transcript = transcript("a")
    transcript.neverRan(because: Reason(.host, "the program could not be pushed"))
    #expect(
      transcript.results().map(\.reason) == [Reason(.host, "the program could not be pushed")])
    #expect(words(transcript) == ["a missing"])
  }

  @Test("cut off at any byte, every planned case still has exactly one verdict")
  func truncation() {
    let ktap = "1..3\n# case a\nok 1 a\n# case b\nnot ok 2 b\n# case c\nok 3 c # SKIP config: x\n"
    for end in 0...ktap.utf8.count {
      var cut = transcript("a", "b", "c", hearing: String(ktap.prefix(end)))
      cut.guestEnded(.vanished(""))
      #expect(cut.results().map(\.planned.name) == ["a", "b", "c"])
    }
  }
}
