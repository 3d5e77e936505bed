internal import GuestProtocol
internal import LinuxMM

/// One end of the line between a case and its forked child: a knock, and waiting for one.
public final class Line {
  private let incoming: Descriptor
  private let outgoing: Descriptor

  init(incoming: consuming Descriptor, outgoing: consuming Descriptor) {
    self.incoming = incoming
    self.outgoing = outgoing
  }

  /// Lets the other side's `wait` return.
  public func knock() throws(CaseEnd) {
    do throws(Errno) { try outgoing.write(".") } catch {
      throw .error("the other process is gone: \(error)")
    }
  }

  /// Waits for one knock of the other side.
  public func wait(_ what: String, within limit: Duration = .seconds(10)) throws(CaseEnd) {
    do throws(Errno) {
      guard try incoming.poll(milliseconds: Int32(limit.scaledMilliseconds)) != 0 else {
        throw .timedOut
      }
      guard try !incoming.read(atMost: 1).isEmpty else { throw .noProcess }
    } catch {
      switch error {
      case .timedOut:
        throw .failed(expected: what, seen: "nothing within \(limit.scaledMilliseconds) ms")
      default: throw .error("\(what): the other process ended first (\(error))")
      }
    }
  }
}

extension Line {
  /// The child's side of `Companion.turn`: waits to be asked, does its step and says so.
  public func turn(_ step: @autoclosure () throws(CaseEnd) -> Void) throws(CaseEnd) {
    try wait("the parent asks for the next step")
    try step()
    try knock()
  }
}

/// A forked child of the case that makes checks of its own.
///
/// A check that fails in the child fails the case in `finish`; evidence of the child becomes evidence of
/// the case there. The child has no resolver thread: faults it raises are the parent's to resolve.
public final class Companion {
  /// Knocks and waits, towards the child.
  public let line: Line
  private let reports: Descriptor
  private var process: ChildProcess
  private let trial: Trial

  /// The child's process id.
  public var processID: Int32 { process.processID }

  init(
    _ trial: Trial, _ process: consuming ChildProcess, _ line: Line, _ reports: consuming Descriptor
  ) {
    self.trial = trial
    self.process = process
    self.line = line
    self.reports = reports
    _ = Unmanaged.passRetained(self)  // ended by finish(), or with the case's process group
  }

  /// Lets the child do its next step, and waits until it has; see `Line.turn`.
  public func turn(_ what: String, within limit: Duration = .seconds(5)) throws(CaseEnd) {
    try knock()
    try wait(what, within: limit)
  }

  /// Lets the child's `wait` return; a child that is gone by then passes on why.
  public func knock() throws(CaseEnd) {
    do throws(CaseEnd) { try line.knock() } catch { try explain(error) }
  }

  /// Waits for one knock of the child; a child that ended instead passes on why.
  public func wait(_ what: String, within limit: Duration = .seconds(10)) throws(CaseEnd) {
    do throws(CaseEnd) { try line.wait(what, within: limit) } catch { try explain(error) }
  }

  /// A failed check of the child says more than that it ended.
  private func explain(_ problem: CaseEnd) throws(CaseEnd) {
    if case .error = problem { try finish() }
    throw problem
  }

  /// Waits for the child to end and passes on how; what it had to do is a promise of the kernel, so
  /// that not ending in time is a failure.
  public func finish(_ what: String = "the child ends", within limit: Duration = .seconds(10))
    throws(CaseEnd)
  {
    var reader = ReportReader()
    let deadline = System.nanoseconds + limit.scaledMilliseconds * 1_000_000
    do throws(Errno) {
      while reader.end == nil {
        let now = System.nanoseconds
        let left = now < deadline ? Int32((deadline - now) / 1_000_000) : 0
        guard try reports.poll(milliseconds: left) != 0 else { break }
        let bytes = try reports.read(atMost: 4096)
        if bytes.isEmpty { break }
        for (key, value) in reader.take(bytes) { trial.evidence(key, value) }
      }
    } catch { throw .error("\(what): reading the child's report failed with \(error)") }
    for step in reader.steps { trial.step("child: " + step) }
    try end(reader, what, deadline)
  }

  private func end(_ reader: ReportReader, _ what: String, _ deadline: UInt64) throws(CaseEnd) {
    let now = System.nanoseconds
    let left = max(now < deadline ? (deadline - now) / 1_000_000 : 0, 100)
    let end = try trial.attempt("waiting for the child", try process.wait(milliseconds: left))
    if end == nil { process.kill() }
    switch reader.end {
    case .pass:
      guard end == nil else { return }
      throw .failed(expected: what, seen: "still there after its last step")
    case .fail: throw .failed(expected: reader.expected, seen: reader.seen)
    case .skip(let kind, let text): throw .skipped(kind, text)
    case .unexercised(let text): throw .unexercised(text)
    case .error(let text): throw .error("child: \(text)")
    case nil:
      guard let end else { throw .failed(expected: what, seen: "still running at the deadline") }
      throw .error("child: \(end) without a report")
    }
  }
}

extension Trial {
  /// Forks; `body` runs in the child, with a trial and a line of its own, while the case goes on.
  public func fork(_ body: (Trial, Line) throws(CaseEnd) -> Void) throws(CaseEnd) -> Companion {
    step("fork")
    do throws(Errno) {
      var down = try Pipe()
      var up = try Pipe()
      var report = try Pipe()
      let parentLine = Line(incoming: up.takeReading(), outgoing: down.takeWriting())
      let childLine = Line(incoming: down.takeReading(), outgoing: up.takeWriting())
      let reporting = report.takeWriting()
      let process = try ChildProcess {
        Trial.run(in: reporting) { (trial) throws(CaseEnd) in try body(trial, childLine) }
      }
      return Companion(self, process, parentLine, report.takeReading())
    } catch { throw .error("forking a child failed with \(error)") }
  }

  /// Forks, runs `body` in the child and waits for it.
  public func inChild(
    _ what: String = "the child ends", within limit: Duration = .seconds(10),
    _ body: (Trial) throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let companion = try fork { (trial, _) throws(CaseEnd) in try body(trial) }
    try companion.finish(what, within: limit)
  }

  /// Runs a body in a process forked for it and reports how it ended; returns the exit status.
  static func run(
    in reports: borrowing Descriptor, steps: Int32? = nil,
    _ body: (Trial) throws(CaseEnd) -> Void
  ) -> Int32 {
    _ = try? ChildProcess.reportCrashes(to: reports)  // the exit status tells, too
    let trial = Trial(reportingTo: reports.borrowedNumber, steps: steps)
    do throws(CaseEnd) {
      try body(trial)
      trial.report(Report.lines(for: nil))
    } catch { trial.report(Report.lines(for: error)) }
    return 0
  }
}
