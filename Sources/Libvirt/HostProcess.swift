internal import CLibvirt
internal import Glibc

/// What this process is to the programs that libvirt starts from it.
package enum HostProcess {
  /// A request that the kernel refused.
  package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    package let request: String
    package let errno: CInt

    package var description: String { "\(request): \(String(cString: strerror(errno)))" }
  }

  /// Adopts what is orphaned while `body` runs, such as the QEMU of a domain that it starts (`PR_SET_CHILD_SUBREAPER`).
  ///
  /// What was adopted stays a child of this process, which can wait for it. Otherwise it becomes PID 1's, and where that
  /// reaps late libvirt waits for zombies: 2 s for each destroy were measured. Only while `body` runs, because nobody
  /// here knows of other orphans: libvirt's probing QEMUs would stay zombies while libvirt waits for them (82 s), and
  /// so would those of child processes.
  ///
  /// - Throws: what `body` throws.
  package static func adoptingOrphans<Value: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // It fails on no kernel since 3.4; without it everything works, only later.
    _ = faultline_adopt_orphans(1)
    defer { _ = faultline_adopt_orphans(0) }
    return try body()
  }

  /// Gives the calling thread mounts of its own (`unshare(CLONE_NEWNS)`).
  ///
  /// Every thread and process it starts from now on has them too; other threads of the process keep seeing the host's.
  ///
  /// - Throws: `EPERM` without `CAP_SYS_ADMIN`, as an ordinary user or in most containers.
  package static func separateMounts() throws(Failure) {
    try check(faultline_unshare_mounts(), "separate the mounts")
    try check(faultline_make_mounts_private(), "make the mounts private")
  }

  /// Shows one file in the place of another, in the calling thread's mounts (`MS_BIND`).
  package static func show(_ source: String, inPlaceOf target: String) throws(Failure) {
    try check(faultline_bind(source, target), "show \(source) in place of \(target)")
  }

  private static func check(
    _ result: CInt, _ request: @autoclosure () -> String
  ) throws(Failure) {
    guard result != 0 else { return }
    let errno = errno
    throw Failure(request: request(), errno: errno)
  }
}
