internal import Foundation
internal import Glibc
internal import Libvirt
internal import Synchronization

/// The directory of everything a process leaves on a host while its guests live: sockets, boot files, libvirt's state.
///
/// It goes away, with every QEMU started in it, however this process ends: `remove()` on the ordinary ways out,
/// `removeAll()` from a signal's teardown, the guard after SIGKILL, and `sweep()` at the next start should the guard
/// have been killed too.
package final class RunDirectory: Sendable {
  /// The absolute path, short enough for sockets below it.
  package let path: String
  /// Held as long as the directory is in use; the sweep of another process asks for it.
  private let lock: CInt
  private let guardian: Mutex<RunGuard?>

  private static let live = Mutex<[RunDirectory]>([])
  /// The paths of all that this process has removed: a thread of libvirt's may still write something while the driver
  /// closes, and so whoever exits looks once more.
  private static let removed = Mutex<[String]>([])
  private static let lookAtExit: Void = {
    atexit { RunDirectory.clearRemains() }
  }()
  /// A socket's path holds 107 bytes, and libvirt wants up to 60 below its root.
  private static let longestParent = 24

  /// Makes a directory that only this user, and those who know a name in it, can use (0711: QEMU runs as another
  /// user when this process is root).
  ///
  /// - Throws: `MachineError.noFile` when it cannot be made.
  package init() throws(MachineError) {
    let path = Self.newPath()
    guard mkdir(path, 0o711) == 0 else { throw Self.failure(path) }
    chmod(path, 0o711)
    // It gets its name when it is held: the sweep of another process would take a free one for that of a killed run.
    lock = open(path + "/lock.new", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0,
      rename(path + "/lock.new", path + "/lock") == 0
    else { throw Self.failure(path + "/lock") }
    self.path = path
    guardian = Mutex(try RunGuard(path))
    Self.live.withLock { $0.append(self) }
  }

  deinit { close(lock) }

  /// Ends every QEMU of the directory and removes it; a second call does nothing.
  package func remove() {
    Self.live.withLock { $0.removeAll { $0 === self } }
    Self.removed.withLock { $0.append(path) }
    _ = Self.lookAtExit
    guardian.withLock { $0.take()?.dismiss() }
  }

  /// Removes what appeared after removals.
  static func clearRemains() {
    for path in removed.withLock({ $0 }) where access(path, F_OK) == 0 { RunGuard.clear(path) }
  }

  /// Removes every directory of this process; quick enough for a signal's teardown.
  package static func removeAll() {
    for directory in live.withLock({ $0 }) { directory.remove() }
  }

  /// The file by which a process with kept guests is asked for them.
  static let control = "control"

  /// The control sockets of this user's processes that have one, whether or not somebody still listens.
  package static func controlSockets() -> [String] {
    parents.flatMap { parent -> [String] in
      // A directory that cannot be read holds nothing of ours.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []  // see above
      return names.sorted().filter { $0.hasPrefix(prefix) && isOurs(parent + "/" + $0) }
        .map { "\(parent)/\($0)/\(control)" }.filter { access($0, F_OK) == 0 }
    }
  }

  /// Begins to remove what killed processes of this user left behind, and does not wait for it.
  package static func sweep() {
    NativeThread.start("sweep") {
      for parent in parents { sweep(parent) }
    }
  }

  /// Makes a file with these contents below the directory.
  ///
  /// - Returns: its absolute path.
  func write(_ bytes: [UInt8], to name: String, permissions: mode_t = 0o644) throws(MachineError)
    -> String
  {
    let file = path + "/" + name
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard descriptor >= 0 else { throw Self.failure(file) }
    defer { close(descriptor) }
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(file) }
      offset += count
    }
    fchmod(descriptor, permissions)
    return file
  }

  /// Makes a directory below the directory.
  func makeDirectory(_ name: String, permissions: mode_t = 0o711) throws(MachineError) {
    guard mkdir(path + "/" + name, permissions) == 0 || errno == EEXIST else {
      throw Self.failure(path + "/" + name)
    }
    chmod(path + "/" + name, permissions)
  }

  /// Removes a directory below the directory.
  func removeDirectory(_ name: String) {
    try? FileManager.default.removeItem(atPath: path + "/" + name)  // what stays goes with the rest
  }

  static func failure(_ path: String) -> MachineError {
    .noFile(path: path, cause: String(cString: strerror(errno)))
  }

  /// Where directories may be: the user's runtime directory, and /tmp.
  ///
  /// QEMU cannot enter root's runtime directory.
  private static var parents: [String] {
    guard geteuid() != 0, let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"],
      runtime.hasPrefix("/"), runtime.utf8.count <= longestParent, access(runtime, W_OK) == 0
    else { return ["/tmp"] }
    return [runtime, "/tmp"]
  }

  private static var prefix: String { "faultline-\(geteuid())-" }

  private static func newPath() -> String {
    let random = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    return (parents.first ?? "/tmp") + "/" + prefix + "\(getpid())-" + random
  }

  private static func sweep(_ parent: String) {
    for path in directories(in: parent) {
      guard let lock = staleLock(path) else { continue }
      RunGuard.clear(path)
      if lock >= 0 { close(lock) }
    }
  }

  /// The directories of this user's processes, dead or alive.
  private static func directories(in parent: String) -> [String] {
    // A directory that cannot be read holds nothing of ours.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []  // see above
    return names.filter { $0.hasPrefix(prefix) }.map { parent + "/" + $0 }.filter(isOurs)
  }

  /// What killed processes of this user left behind, and no guard or sweep has removed yet.
  package static func leftovers() -> [String] {
    parents.flatMap(directories).filter { path in
      guard let lock = staleLock(path) else { return false }
      if lock >= 0 { close(lock) }
      return true
    }
  }

  /// Whether it is a directory of this user, and not a link that somebody else put there.
  private static func isOurs(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_uid == geteuid()
  }

  /// The lock of a directory whose process is gone; −1 when it has no lock although it is a minute old.
  private static func staleLock(_ path: String) -> CInt? {
    let lock = open(path + "/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    if lock >= 0 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return lock }
      close(lock)
      return nil
    }
    var status = stat()
    guard errno == ENOENT, lstat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec > 60 else {
      return nil
    }
    return -1
  }
}
