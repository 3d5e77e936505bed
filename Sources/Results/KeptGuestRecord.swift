/// What somebody who wants to look at a kept guest has to know.
package struct KeptGuestRecord: Equatable, Codable, Sendable {
  /// What people call it.
  package var name: String
  package var kernel: String
  package var machine: String
  /// What it was kept for: `swap/swap-anon.out-in-keeps`.
  package var subject: String
  package var verdict: Verdict
  /// `uname -r`; nil when it never greeted.
  package var release: String?
  /// The image it was booted from.
  package var image: String
  /// An ELF file with the kernel's symbols and types; nil when none is known.
  package var symbols: String?
  /// The socket on which QEMU waits for a gdb; nil when it does not.
  package var debugger: String?
  /// The pseudo-terminal of its console; nil when it is not known.
  package var console: String?
  /// The process that keeps it.
  package var keeper: Int

  package init(
    name: String, kernel: String, machine: String, subject: String, verdict: Verdict,
    release: String?, image: String, symbols: String?, debugger: String?, console: String?,
    keeper: Int
  ) {
    self.name = name
    self.kernel = kernel
    self.machine = machine
    self.subject = subject
    self.verdict = verdict
    self.release = release
    self.image = image
    self.symbols = symbols
    self.debugger = debugger
    self.console = console
    self.keeper = keeper
  }
}
