internal import GuestProtocol
internal import LinuxMM

/// Runs cases one after the other, each in a process group of its own, and reports them as KTAP.
struct Runner {
  private var writer = KTAPWriter()
  private let tellsSteps: Bool
  private let marks = isSame(System.environment("FAULTLINE_MARKERS") ?? "", "1")
  private let stepPipe = try? StepPipe()  // without one steps are lost, not results
  /// Only in a guest of ours, as the marks: on any other machine other programs run, too.
  private var leakCheck: LeakCheck?
  /// How many processes of earlier cases do not die.
  private var immortals = 0

  /// How a case's process is over.
  private enum End {
    case reported(ReportReader)
    case died(ChildProcess.End)
    case timedOut(String)
  }

  /// How many of its last steps a failed case shows.
  private static let lastSteps = 20
  /// How long a killed process gets to die before it is left behind.
  private static let burial = Duration.seconds(2)

  /// With `steps` what each case did is part of its report even when it passed.
  init(steps: Bool) { tellsSteps = steps }

  mutating func run(_ cases: [Case]) -> Int32 {
    System.ignoreBrokenPipes()
    _ = try? Descendants.adopt()  // then what a case left to init stays there
    if marks { leakCheck = LeakCheck() }
    Suite.say(writer.header(caseCount: cases.count))
    for (index, one) in cases.enumerated() {
      report(index + 1, one, isLast: index + 1 == cases.count)
    }
    Suite.say(writer.totals())
    return writer.exitStatus
  }

  private mutating func report(_ number: Int, _ one: Case, isLast: Bool) {
    Suite.say(writer.start(one.name))
    mark(one, "start")
    let begin = System.nanoseconds
    let end = execute(one)
    let milliseconds = (System.nanoseconds - begin) / 1_000_000
    let leaks = look(after: one, end, isLast: isLast)
    // Not earlier: what the kernel says when the last of a process is freed is the case's, too.
    mark(one, "end")
    let line: String
    switch end {
    case .reported(let reader):
      tellSteps(isTrouble: leaks != nil || Runner.isTrouble(reader.end))
      let outcome = reader.end ?? .error("the case's process ended without a report")
      line = result(number, one, outcome, reader, leaks, milliseconds)
    case .died(let end):
      tellSteps(isTrouble: true)
      let text = "the case's process ended with \(end) and without a report"
      if let leaks { Suite.say(writer.evidence("leak", leaks.seen)) }
      line = writer.result(number, one.name, .error(text), milliseconds: milliseconds)
    case .timedOut(let text):
      tellSteps(isTrouble: true)
      if let leaks { Suite.say(writer.evidence("leak", leaks.seen)) }
      line = writer.timeout(number, one.name, text, milliseconds: milliseconds)
    }
    Suite.say(line)
  }

  private static func isTrouble(_ end: Outcome?) -> Bool {
    switch end {
    case .pass, .skip: false
    case .fail, .unexercised, .error, nil: true
    }
  }

  /// What the case did before it failed; the end of it, if that is much.
  private func tellSteps(isTrouble: Bool) {
    guard let stepPipe else { return }
    guard isTrouble || tellsSteps else { return stepPipe.empty() }
    let steps = stepPipe.take()
    for step in tellsSteps ? steps[...] : steps.suffix(Runner.lastSteps) {
      Suite.say(writer.step(step))
    }
  }

  /// The result line of a case that reported, with what stands before it; a leak fails what had not failed.
  private mutating func result(
    _ number: Int, _ one: Case, _ outcome: Outcome, _ reader: ReportReader,
    _ leaks: (expected: String, seen: String)?, _ milliseconds: UInt64
  ) -> String {
    var outcome = outcome
    switch (outcome, leaks) {
    case (.fail, _), (.error, _):
      if let leaks { Suite.say(writer.evidence("leak", leaks.seen)) }
      if outcome == .fail {
        Suite.say(writer.mismatch(expected: reader.expected, seen: reader.seen))
      }
    case (_, let leaks?):
      Suite.say(writer.mismatch(expected: leaks.expected, seen: leaks.seen))
      outcome = .fail
    case (_, nil): break
    }
    return writer.result(number, one.name, outcome, milliseconds: milliseconds)
  }

  /// Sees to it that nothing of the case runs any more, and, in a guest, that nothing is left of it.
  private mutating func look(
    after one: Case, _ end: End, isLast: Bool
  ) -> (expected: String, seen: String)? {
    let patience = Runner.burial.scaledMilliseconds
    let left = Descendants.end(within: patience, sparing: immortals)
    defer { immortals = left }
    guard let leakCheck else { return nil }
    if left <= immortals, case .reported(let reader) = end, reader.leavesTraces {
      leakCheck.startAgain(after: one.name)
      return nil
    }
    if left > immortals {
      leakCheck.startAgain(after: one.name)
      let leak = Leak(
        expected: "no process of it", seen: "\(left - immortals), and SIGKILL does not end them")
      return Leak.summary([leak], ", for \(patience) ms")
    }
    let (leaks, circumstances) = leakCheck.look(after: one.name, isLast: isLast)
    return leaks.isEmpty ? nil : Leak.summary(leaks, circumstances)
  }

  /// Forks the case, follows its report, and sees to its end.
  private func execute(_ one: Case) -> End {
    do throws(Errno) {
      var pipe = try Pipe()
      let writing = pipe.takeWriting()
      let steps = stepPipe?.number
      var child = try ChildProcess(ownGroup: true) {
        Runner.enact(one, reportingTo: writing, steps: steps)
      }
      writing.close()
      return follow(one, &child, pipe.takeReading())
    } catch {
      var reader = ReportReader()
      _ = reader.take(Array(Report.end(.error("starting the case failed: \(error)")).line.utf8))
      return .reported(reader)
    }
  }

  /// What the case's process does: requirements first, then the body.
  private static func enact(
    _ one: Case, reportingTo reports: borrowing Descriptor, steps: Int32?
  ) -> Int32 {
    Trial.run(in: reports, steps: steps) { (trial) throws(CaseEnd) in
      // Pages then sit in one CPU's LRU batches, where a drain finds them; see Trial.pageOut.
      do throws(Errno) { try System.pinToOneCPU() } catch {
        throw Trial.trouble("binding to one CPU", error)
      }
      for requirement in one.needs { try trial.need(requirement) }
      try one.body(trial)
    }
  }

  private func follow(_ one: Case, _ child: inout ChildProcess, _ reports: borrowing Descriptor)
    -> End
  {
    var reader = ReportReader()
    let limit = one.deadline.scaledMilliseconds
    let deadline = System.nanoseconds + limit * 1_000_000
    while reader.end == nil {
      let now = System.nanoseconds
      guard now < deadline else { break }
      guard let bytes = next(reports, milliseconds: Int32((deadline - now) / 1_000_000) + 1) else {
        continue
      }
      if bytes.isEmpty { break }
      for (key, value) in reader.take(bytes) { Suite.say(writer.evidence(key, value)) }
    }
    return bury(one, &child, reader, isLate: System.nanoseconds >= deadline)
  }

  /// The next bytes of a report; empty at its end, nil when nothing came in time.
  private func next(_ reports: borrowing Descriptor, milliseconds: Int32) -> [UInt8]? {
    do throws(Errno) {
      guard try reports.poll(milliseconds: milliseconds) != 0 else { return nil }
      return try reports.read(atMost: 4096)
    } catch { return error == .interrupted ? nil : [] }
  }

  /// Gives a process that reported a moment to end by itself, then kills its group; waits for no corpse
  /// that does not come: a task in the kernel's D state never dies.
  private func bury(
    _ one: Case, _ child: inout ChildProcess, _ reader: ReportReader, isLate: Bool
  ) -> End {
    let patience = Runner.burial.scaledMilliseconds
    var ended = isLate && reader.end == nil ? nil : wait(&child, patience)
    let wasAlive = ended == nil
    child.killGroup()
    if wasAlive { ended = wait(&child, patience) }
    if reader.end != nil, ended != nil { return .reported(reader) }
    let limit = one.deadline.scaledMilliseconds
    if ended == nil {
      child.abandon()
      return .timedOut("unkillable \(patience) ms after SIGKILL; left behind")
    }
    if wasAlive { return .timedOut("no end within \(limit) ms; killed") }
    return .died(ended ?? .exited(-1))
  }

  private func wait(_ child: inout ChildProcess, _ milliseconds: UInt64) -> ChildProcess.End? {
    (try? child.wait(milliseconds: milliseconds)) ?? nil  // ECHILD: somebody else reaped it
  }

  /// Writes a line to the kernel's log, so that splats fall between the marks of their case.
  private func mark(_ one: Case, _ word: String) {
    guard marks else { return }
    let line = "<3>faultline: case \(one.name) \(word)\n"
    _ = try? TextFile.write(line, to: "/dev/kmsg")  // without it the marks are lost, not results
  }
}
