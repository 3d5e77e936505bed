internal import CLinuxMM

/// The children of this process, and those that they left to it.
public enum Descendants {
  /// From now on a descendant whose parent has died becomes this process's child; `PR_SET_CHILD_SUBREAPER`.
  public static func adopt() throws(Errno) { try checked(lmm_set_child_subreaper(1)) }

  /// Kills and reaps them all, at most so long; answers how many are left then.
  ///
  /// A task in the kernel's D state does not die. Without `/proc/PID/task/TID/children`
  /// (`CONFIG_PROC_CHILDREN`) those left are reaped when they die, and not killed.
  /// So many that are known not to die are not waited for.
  public static func end(within milliseconds: UInt64, sparing known: Int = 0) -> Int {
    let deadline = lmm_monotonic_ns() + milliseconds * 1_000_000
    var pause: UInt64 = 100_000
    while true {
      var status: Int32 = 0
      let reaped = lmm_waitpid(-1, &status, 1)
      if reaped > 0 { continue }
      if reaped < 0 { return 0 }  // ECHILD: nobody is left
      let left = children()
      for child in left { lmm_kill(child, 9) }
      if known > 0, left.count <= known { return left.count }
      guard lmm_monotonic_ns() < deadline else { return max(left.count, 1) }
      lmm_sleep_ns(pause)
      pause = min(pause * 2, 10_000_000)
    }
  }

  private static func children() -> [Int32] {
    let path = "/proc/self/task/\(lmm_gettid())/children"
    guard let text = try? TextFile.read(path) else { return [] }  // not this kernel's; see above
    return text.utf8.split(separator: UInt8(ascii: " ")).compactMap {
      TextFile.leadingNumber($0).map { Int32(truncatingIfNeeded: $0) }
    }
  }
}
