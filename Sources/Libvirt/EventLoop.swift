internal import CLibvirt
internal import Glibc
internal import Synchronization

/// libvirt's event loop: one thread a process, which calls back for streams and domain events.
///
/// No callback may make a libvirt call that waits for an answer: the answer would come through this loop.
package enum EventLoop {
  private static let isRunning = Mutex(false)

  /// Starts the loop unless it runs.
  ///
  /// `Connection` calls it before it opens: a connection that was opened without a
  /// loop never gets events, and keepalive closes it. The loop lives as long as the process, as libvirt has no call
  /// to stop it (`virEventRegisterDefaultImpl`, `virEventRunDefaultImpl`).
  package static func start() throws(LibvirtError) {
    try isRunning.withLock { (isRunning) throws(LibvirtError) in
      guard !isRunning else { return }
      silence()
      try LibvirtError.check(virInitialize())
      try LibvirtError.check(virEventRegisterDefaultImpl())
      isRunning = true
      NativeThread.start("libvirt-events") {
        while true {
          // It fails only for want of memory or of descriptors; then the next round is soon enough.
          if virEventRunDefaultImpl() < 0 { usleep(10_000) }
        }
      }
    }
  }

  /// Keeps libvirt from writing to stderr.
  ///
  /// Errors are thrown here, and its warnings (no security driver, a domain that is tainted) tell the user nothing. A user who sets `LIBVIRT_LOG_OUTPUTS` is not overridden.
  private static func silence() {
    virSetErrorFunc(nil) { _, _ in }
    setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 0)
  }
}
