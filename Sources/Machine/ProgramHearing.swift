internal import GuestProtocol
internal import Results

/// What the records of one execution say of it; other executions' records are nobody's.
struct ProgramHearing: Sendable {
  /// What a record means.
  enum Word: Equatable, Sendable {
    case output(ProgramOutput)
    case end(ProgramRun.End)
  }

  let run: Int64
  /// Whether the guest said that the program was executed.
  private(set) var hasStarted = false

  init(run: Int64) {
    self.run = run
  }

  /// Takes a record; nil when it says nothing of this execution that anybody waits for.
  ///
  /// `isOverdue` says whether the program's deadline has passed: init kills it then.
  mutating func take(_ record: GuestProtocol.GuestRecord, isOverdue: Bool) -> Word? {
    switch record {
    case .started(run, _): hasStarted = true
    case .out(run, let text): return .output(ProgramOutput(.out, text))
    case .err(run, let text): return .output(ProgramOutput(.error, text))
    case .exited(run, let status): return .end(.ended(.exited(status: Int(status))))
    case .signalled(run, let signal):
      return .end(signal == 9 && isOverdue ? .deadline : .ended(.signalled(Int(signal))))
    case .refused(let about, let reason) where about == String(run): return .end(.refused(reason))
    default: break
    }
    return nil
  }
}
