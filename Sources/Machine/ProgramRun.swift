package import Results

/// One line that a program printed.
package struct ProgramOutput: Sendable, Equatable {
  package enum Stream: Sendable {
    case out, error
  }

  package let stream: Stream
  /// Without its newline, at most 16 KiB.
  package let text: String

  package init(_ stream: Stream, _ text: String) {
    self.stream = stream
    self.text = text
  }
}

/// How one execution of a program ended.
package struct ProgramRun: Sendable, Equatable {
  package enum End: Sendable, Equatable {
    case ended(ProgramEnd)
    /// Its deadline passed, and the guest killed it.
    case deadline
    /// The guest would not start it; its reason.
    case refused(String)
    /// The guest ended first, or was found dead.
    case guestGone(GuestEnd)
  }

  package let end: End
  /// Whether the guest said that the program was executed.
  package let hasStarted: Bool
  /// From the request to the end, on the host's clock.
  package let duration: Duration

  package init(end: End, hasStarted: Bool, duration: Duration) {
    self.end = end
    self.hasStarted = hasStarted
    self.duration = duration
  }
}
