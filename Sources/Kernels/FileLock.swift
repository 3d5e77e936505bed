import Glibc
import SystemPackage

/// An advisory lock on a file, held until the value goes away; the kernel lets go of it when the
/// process dies.
struct FileLock: ~Copyable {
  private let descriptor: FileDescriptor

  /// How often a lock that another process holds is tried again.
  private static let pause = Duration.milliseconds(100)

  /// Takes the lock, waiting while another process or task has it.
  ///
  /// `waiting` is called once, when the lock is not free at first. Throws `Errno`, which is
  /// `timedOut` when the lock was not free within the limit, and `CancellationError`.
  static func acquire(
    _ path: String, within limit: Duration, waiting: () -> Void
  ) async throws -> FileLock {
    let lock = try FileLock(opening: path)
    let clock = ContinuousClock()
    let end = clock.now + limit
    var told = false
    while try !lock.tryLock() {
      if !told { waiting() }
      told = true
      guard clock.now < end else { throw Errno.timedOut }
      try await Task.sleep(for: pause)
    }
    return lock
  }

  private init(opening path: String) throws(Errno) {
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite])
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  private func tryLock() throws(Errno) -> Bool {
    if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
    let error = Errno(rawValue: errno)
    guard error == .wouldBlock || error == .interrupted else { throw error }
    return false
  }

  deinit {
    // A child that another thread has forked and that is not past exec still has a copy of the
    // descriptor, so closing alone would let go of the lock some milliseconds late.
    _ = flock(descriptor.rawValue, LOCK_UN)
    try? descriptor.close()  // nothing was written through it
  }
}
