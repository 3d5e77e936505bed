import GuestProtocol
import LinuxMM
import Testing

@testable import GuestKit

/// Whole runs, each in a process of its own: the runner forks, which only a quiet process may.
@Suite struct RunnerTests {
  @Test("every way a case can end has its line")
  func allEnds() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(1), observing: [\.standardOutputContent]
    ) {
      RunnerTests.exit {
        Case("t.passes", "s") { (trial) throws(CaseEnd) in
          trial.step("what a case that passed did is nobody's step")
          trial.evidence("pages", 4)
        }
        Case("t.fails", "s") { (trial) throws(CaseEnd) in
          try trial.expect(3, equals: 4, "pages")
        }
        Case("t.lacks", "s", needs: [RunnerTests.impossible]) { (_) throws(CaseEnd) in }
        Case("t.not-taken", "s") { (trial) throws(CaseEnd) in
          try trial.prove(false, otherwise: "stayed")
        }
        Case("t.errs", "s") { (trial) throws(CaseEnd) in
          try trial.attempt("opening", try Descriptor(opening: "/nowhere", for: .read))
        }
      }
    }
    let text = RunnerTests.withoutTimes(result.standardOutputContent)
    #expect(
      text == """
        KTAP version 1
        1..5
        # case t.passes
        # evidence pages=4
        ok 1 t.passes # time_ms=_
        # case t.fails
        # step pages: 4
        # expected pages: 4
        # seen pages: 3
        not ok 2 t.fails # time_ms=_
        # case t.lacks
        ok 3 t.lacks # SKIP config: the impossible time_ms=_
        # case t.not-taken
        ok 4 t.not-taken # SKIP unexercised: stayed time_ms=_
        # case t.errs
        # step opening
        not ok 5 t.errs # ERROR opening failed with ENOENT time_ms=_
        # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:2 error:1

        """)
  }

  @Test("a case that dies, vanishes or hangs is told apart, and the rest goes on")
  func deaths() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(1), observing: [\.standardOutputContent]
    ) {
      RunnerTests.exit {
        Case("t.segfaults", "s") { (_) throws(CaseEnd) in Memory.store(0x1000, 1) }
        Case("t.vanishes", "s") { (_) throws(CaseEnd) in System.exit(3) }
        Case("t.hangs", "s", deadline: .seconds(3)) { (trial) throws(CaseEnd) in
          trial.evidence("reached", "the loop")
          trial.step("sleeping")
          System.sleep(milliseconds: 600_000)
        }
        Case("t.goes-on", "s") { (_) throws(CaseEnd) in }
      }
    }
    let text = RunnerTests.withoutTimes(result.standardOutputContent)
    #expect(
      text == """
        KTAP version 1
        1..4
        # case t.segfaults
        not ok 1 t.segfaults # ERROR killed by SIGSEGV at 0x1000 code 1 time_ms=_
        # case t.vanishes
        not ok 2 t.vanishes # ERROR the case's process ended with exit status 3 and without a \
        report time_ms=_
        # case t.hangs
        # evidence reached=the loop
        # step sleeping
        not ok 3 t.hangs # TIMEOUT no end within 3000 ms; killed time_ms=_
        # case t.goes-on
        ok 4 t.goes-on # time_ms=_
        # Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:3

        """)
  }

  @Test("a child's failed check is the case's, and a child that does not end is a failure")
  func children() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(1), observing: [\.standardOutputContent]
    ) {
      RunnerTests.exit {
        Case("t.child-fails", "s") { (trial) throws(CaseEnd) in
          try trial.inChild { (child) throws(CaseEnd) in
            child.evidence("side", "child")
            try child.expect(1, equals: 2, "in the child")
          }
        }
        Case("t.child-stays", "s") { (trial) throws(CaseEnd) in
          try trial.inChild("the child's store ends", within: .milliseconds(200)) {
            (_) throws(CaseEnd) in System.sleep(milliseconds: 600_000)
          }
        }
        Case("t.steps", "s") { (trial) throws(CaseEnd) in
          let companion = try trial.fork { (child, line) throws(CaseEnd) in
            try line.knock()
            try line.wait("the parent's step")
          }
          try companion.line.wait("the child's step")
          try companion.line.knock()
          try companion.finish()
        }
      }
    }
    let text = RunnerTests.withoutTimes(result.standardOutputContent)
    #expect(
      text == """
        KTAP version 1
        1..3
        # case t.child-fails
        # evidence side=child
        # step fork
        # step child: in the child: 2
        # step waiting for the child
        # expected in the child: 2
        # seen in the child: 1
        not ok 1 t.child-fails # time_ms=_
        # case t.child-stays
        # step fork
        # step waiting for the child
        # expected the child's store ends
        # seen still running at the deadline
        not ok 2 t.child-stays # time_ms=_
        # case t.steps
        ok 3 t.steps # time_ms=_
        # Totals: pass:1 fail:2 xfail:0 xpass:0 skip:0 error:0

        """)
  }

  @Test("when everything is skipped the exit status is 4")
  func allSkipped() async {
    await #expect(processExitsWith: .exitCode(4)) {
      RunnerTests.exit {
        Case("t.lacks", "s", needs: [RunnerTests.impossible]) { (_) throws(CaseEnd) in }
      }
    }
  }

  /// Ends the process as a test program with these cases and no arguments would.
  static func exit(@CaseList _ cases: () -> [Case]) -> Never {
    System.exit(Suite.run(cases(), arguments: []))
  }

  static let impossible = Requirement("impossible") {
    Requirement.Lacking(.config, "the impossible")
  }

  /// The text with every measured time replaced.
  static func withoutTimes(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.replacing(/time_ms=[0-9]+/, with: "time_ms=_")
  }
}
