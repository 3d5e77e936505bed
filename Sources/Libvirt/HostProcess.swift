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

  /// Makes orphaned descendants children of this process, so that it can wait for the QEMUs that libvirt starts.
  ///
  /// Without it they become children of PID 1, and in a container where PID 1 reaps late or never libvirt waits for
  /// zombies: 2 s for each destroy were measured. But libvirt's probing QEMUs are orphaned too, and nobody here knows
  /// their pids: become a parent only after libvirt has probed, else the first start takes 82 s
  /// (`PR_SET_CHILD_SUBREAPER`).
  package static func adoptOrphans() throws(Failure) {
    try check(faultline_adopt_orphans(), "adopt orphaned processes")
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
