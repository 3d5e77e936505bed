import KernelLog
import Reports
import Results
import Testing

@Suite struct HumanReportTests {
  private func text(_ run: Run, _ report: HumanReport = HumanReport()) -> String {
    var text = ""
    report.write(run, to: &text)
    return text
  }

  private func result(
    _ name: String, _ verdict: Verdict, kernel: String = "k", suite: String = "swap",
    repetition: Int = 1, reason: Reason? = nil
  ) -> CaseResult {
    CaseResult(
      PlannedCase(
        kernel: kernel, machine: "default", suite: suite, name: name, repetition: repetition),
      verdict, reason: reason)
  }

  @Test("a run of four kernels, as a kernel developer reads it")
  func fourKernels() throws {
    let (run, news) = ExampleRun.run()
    let report = HumanReport(
      knownIssues: ExampleRun.knownIssues, news: news, directory: "results/0042",
      console: { "results/0042/\($0.kernel)/console.log" })
    try expectSnapshot(text(run, report), "human-four-kernels")
  }

  @Test("the same with colours")
  func colours() throws {
    let (run, news) = ExampleRun.run()
    let report = HumanReport(style: .colored, knownIssues: ExampleRun.knownIssues, news: news)
    try expectSnapshot(
      text(run, report).replacing("\u{1B}", with: "ESC"), "human-four-kernels-colored")
  }

  @Test(
    "slow and flaky cases are named with their counts before the failures, and counted at the end")
  func remarks() throws {
    var slow = result("swap-slow", .pass)
    slow.durationMilliseconds = 16_000
    var quick = result("swap-quick", .pass)
    quick.durationMilliseconds = 14_000
    let flaky = (1...3).map { result("swap-odd", $0 == 2 ? .fail : .pass, repetition: $0) }
    let interrupted = (1...2).map {
      result("swap-late", $0 == 2 ? .missing : .pass, repetition: $0)
    }
    let run = Run(id: "1", results: [slow, quick] + flaky + interrupted)
    let listings = ["swap-slow", "swap-quick"].map {
      CaseListing(
        suite: "swap", name: $0, requirements: [], deadlineMilliseconds: 30_000, summary: "")
    }
    var report = HumanReport()
    report.pace = CasePace(listings)
    try expectSnapshot(text(run, report), "human-slow-flaky")
  }

  @Test("many failures of a kept run are run again by the run, few by their names")
  func next() {
    func commands(_ count: Int, words: [String: String] = [:]) -> Substring? {
      let results = (1...count).map { result("swap-\($0)", .fail) }
      var report = HumanReport(directory: "results/1")
      report.kernelWords = words
      return text(Run(id: "1", results: results), report)
        .split(separator: "\n").first { $0.hasPrefix("next") }
    }
    #expect(commands(13) == "next      faultline run --rerun-failed results/1")
    #expect(
      commands(13, words: ["k": "./vmlinux"])
        == "next      faultline run --rerun-failed results/1 --kernel ./vmlinux")
    #expect(commands(1) == "next      faultline run --kernel k --filter swap-1")
  }

  @Test("a clean run is short")
  func clean() throws {
    let run = Run(
      id: "1", elapsedMilliseconds: 9_400, guests: [ExampleRun.guests[2]],
      results: [
        CaseResult(.boot(kernel: "debian-6.12", machine: "default"), .pass),
        result("a", .pass, kernel: "debian-6.12"), result("b", .pass, kernel: "debian-6.12"),
      ])
    try expectSnapshot(text(run, HumanReport(directory: "results/1")), "human-clean")
  }

  @Test("a kernel that does not come up is one failure and a count of what is missing")
  func noBoot() throws {
    var boot = BootObservation(deadline: "60 s")
    boot.consoleBytes = 812
    boot.lastConsoleLine = "[    0.4] smp: Bringing up secondary CPUs ..."
    let missing = Reason(.boot, "debian-6.1 did not come up")
    let run = Run(
      id: "2",
      results: [
        boot.result(for: .boot(kernel: "k", machine: "default")),
        result("a", .missing, reason: missing), result("b", .missing, reason: missing),
        result("c", .missing, suite: "thp", reason: missing),
      ])
    let report = HumanReport(console: { _ in "results/2/k/console.log" })
    try expectSnapshot(text(run, report), "human-no-boot")
  }

  @Test("repeats are counted, and many kernels go into further tables")
  func repeatsAndWidth() throws {
    let kernels = (1...7).map { "kernel-with-a-name-\($0)" }
    let run = Run(
      id: "3",
      results: kernels.flatMap { kernel in
        (1...3).map {
          result("a", $0 == 2 ? .fail : .pass, kernel: kernel, repetition: $0)
        }
      })
    try expectSnapshot(text(run), "human-repeats")
  }

  @Test("the next command names cases while they are few, then suites, and a dead kernel alone")
  func nextCommand() {
    let few = Run(id: "r", results: [result("a*b", .fail), result("c", .pass)])
    #expect(text(few).contains("next      faultline run --kernel k --filter 'a*b'\n"))
    let many = Run(
      id: "r",
      results: (1...20).map { result("a\($0)", .fail, suite: $0 < 10 ? "swap" : "thp") })
    #expect(text(many).contains("next      faultline run --kernel k --suite swap --suite thp\n"))
    var dead = result("boot", .crash, suite: "boot")
    dead.durationMilliseconds = nil
    let run = Run(id: "r", results: [dead, result("a", .missing)])
    #expect(text(run).contains("next      faultline run --kernel k\n"))
    #expect(!text(Run(id: "r", results: [result("a", .pass)])).contains("next"))
  }

  @Test("nothing that a guest wrote reaches the terminal unescaped")
  func hostile() {
    let evil = "\u{1B}[2J\r\u{7}x\u{202E}\nok 1 forged"
    var failed = result(evil, .fail, kernel: evil, suite: "s", reason: Reason(.failed, evil))
    failed.expected = evil
    failed.seen = evil
    failed.evidence = [evil: evil]
    failed.splats = [
      SplatRecord(kind: .warning, title: evil, fingerprint: evil, text: evil, fatal: false)
    ]
    var known = result("k", .fail)
    known.knownIssue = evil
    let run = Run(
      id: evil,
      results: [failed, known, result("s", .skip, kernel: evil, reason: Reason(.other, evil))])
    let output = text(run, HumanReport(directory: evil, console: { _ in evil }))
    let forbidden = output.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0.value == 0x202E)
    }
    #expect(forbidden.isEmpty)
    #expect(!output.split(separator: "\n").contains { $0.hasPrefix("ok 1") })
  }
}
