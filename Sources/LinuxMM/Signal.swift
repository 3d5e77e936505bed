internal import CLinuxMM

/// A signal whose deliveries to this process are counted; what they interrupt is started again.
public struct Signal: Sendable {
  /// The signal's number; `SIGUSR1`.
  private let number: Int32 = 10

  /// Installs the counting handler, from 0; one such signal a process.
  public init() throws(Errno) { try checked(lmm_count_signal(number)) }

  /// How often the handler ran.
  public var count: Int { Int(lmm_counted_signals()) }

  /// Sends the signal to one thread of this process; `tgkill(2)`.
  public func send(toThread thread: Int32) throws(Errno) {
    try checked(lmm_signal_thread(thread, number))
  }
}
