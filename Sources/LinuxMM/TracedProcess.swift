internal import CLinuxMM

/// A process stopped by `ptrace(2)`, which goes on when the value goes away.
public struct TracedProcess: ~Copyable {
  private let process: Int32

  /// Attaches and waits for the stop.
  public init(_ process: Int32) throws(Errno) {
    try checked(lmm_trace_attach(process))
    self.process = process
  }

  deinit { _ = lmm_trace_detach(process) }

  /// A word of its memory; `PTRACE_PEEKDATA`.
  public func peek(_ address: UInt64) throws(Errno) -> UInt64 {
    var word: UInt64 = 0
    try checked(lmm_trace_peek(process, address, &word))
    return word
  }

  /// Writes a word into its memory, as a debugger sets a breakpoint; `PTRACE_POKEDATA`.
  public func poke(_ address: UInt64, _ word: UInt64) throws(Errno) {
    try checked(lmm_trace_poke(process, address, word))
  }
}
