internal import CLinuxMM

/// The program, its process and the machine.
public enum System {
  /// The program's arguments; the first is its name.
  public static var arguments: [String] {
    var all: [String] = []
    for index in 0..<lmm_argument_count() {
      guard let text = lmm_argument(index) else { break }
      all.append(String(cString: text))
    }
    return all
  }

  public static func environment(_ name: String) -> String? {
    lmm_getenv(name).map { String(cString: $0) }
  }

  public static var processID: Int32 { lmm_getpid() }
  public static var threadID: Int32 { lmm_gettid() }
  public static var isRoot: Bool { lmm_geteuid() == 0 }

  /// Becomes another user for good, without any capability, and keeps access to `/proc/self`.
  public static func become(user: UInt32) throws(Errno) {
    try checked(lmm_set_user(user))
    try checked(lmm_set_dumpable(1))
  }

  /// Nanoseconds of the monotonic clock.
  public static var nanoseconds: UInt64 { lmm_monotonic_ns() }

  public static func sleep(milliseconds: UInt64) { lmm_sleep_ns(milliseconds * 1_000_000) }

  /// Ends the process at once, without any clean-up; `_exit(2)`.
  public static func exit(_ status: Int32) -> Never { lmm_exit(status) }

  /// Writes a text to standard output (1) or standard error (2), unbuffered.
  public static func emit(_ text: String, to descriptor: Int32 = 1) throws(Errno) {
    try writeAll(text, to: descriptor)
  }

  /// Writes bytes to standard output, as far as anybody reads them.
  public static func emitBytes(_ bytes: UnsafeRawBufferPointer) {
    var sent = 0
    while sent < bytes.count, let base = bytes.baseAddress {
      let done = lmm_write(1, base + sent, bytes.count - sent)
      if done < 0, Errno.current == .interrupted { continue }
      guard done > 0 else { return }
      sent += done
    }
  }

  /// Keeps this process on one CPU, so that its pages sit in one CPU's LRU batches.
  public static func pinToOneCPU() throws(Errno) { try checked(lmm_pin_to_one_cpu()) }

  /// Lets this process run on every CPU again.
  public static func unpin() throws(Errno) { try checked(lmm_pin_to_all_cpus()) }

  /// Runs on every CPU for a moment, so that none goes on using the page tables of a process that is gone.
  ///
  /// An idle CPU keeps those of the last process it ran: only when it lets go of them is the `mm` freed and checked
  /// (`BUG: Bad rss-counter state`).
  public static func visitEveryCPU() { lmm_visit_cpus() }

  /// Makes the kernel empty its LRU batches; writes `/proc/sys/vm/compact_memory`, root only.
  public static func drainPageLists() throws(Errno) {
    try TextFile.write("1", to: "/proc/sys/vm/compact_memory")
  }

  /// `SIGPIPE` becomes an `EPIPE`.
  public static func ignoreBrokenPipes() { lmm_ignore_signal(13) }
}
