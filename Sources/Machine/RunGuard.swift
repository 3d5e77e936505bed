internal import Glibc
internal import Synchronization

/// A small process that clears a run directory when its owner is gone, however it went.
///
/// It waits at the read end of a pipe whose write end only the owner holds: the kernel closes that on SIGKILL too. It
/// has a session of its own, so that Ctrl-C reaches the owner alone, and is a shell, which starts in 1 ms and cannot
/// share a bug with the owner.
struct RunGuard: ~Copyable {
  private let pid: pid_t
  private let pipe: CInt
  private let path: String

  /// What the shell does.
  ///
  /// A line on the pipe says that the owner leaves in order; its end without one, that the owner was killed, perhaps
  /// while libvirt was starting a QEMU that has no name yet: so it looks again. Only processes whose program is a
  /// QEMU and whose command line names the directory are ended.
  private static let script = """
    trap '' HUP INT TERM
    cd /
    end() {
      for file in $(grep -lasF -- "$FAULTLINE_DIRECTORY/" /proc/[0-9]*/cmdline); do
        case $(tr '\\0' ' ' < "$file") in
          *qemu*\\ *"$FAULTLINE_DIRECTORY/"*) pid=${file#/proc/}; kill -KILL "${pid%/cmdline}" ;;
        esac
      done
      for try in 1 2 3; do rm -rf -- "$FAULTLINE_DIRECTORY" && break; sleep 0.1; done
    }
    if read -r line; then end; else end; sleep 0.3; end; sleep 2; end; fi
    """

  /// - Throws: `MachineError.noFile` when the process cannot be started.
  init(_ path: String) throws(MachineError) {
    var ends: [CInt] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw RunDirectory.failure(path) }
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    defer { close(ends[0]) }
    guard let pid = Self.start(path, input: ends[0]) else {
      close(ends[1])
      throw RunDirectory.failure("/bin/sh")
    }
    self.pid = pid
    self.path = path
    pipe = ends[1]
  }

  deinit { close(pipe) }

  /// Has the directory cleared and waits for that.
  consuming func dismiss() {
    let line: [UInt8] = [UInt8(ascii: "\n")]
    // SIGPIPE is off in this process, or the guard lives: either way a failure shows in how it ended.
    let isTold = write(pipe, line, 1) == 1
    let hasCleared = Self.wait(pid)
    if !isTold || !hasCleared { Self.clear(path) }
  }

  /// Clears a directory now.
  static func clear(_ path: String) {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0 else { return }
    defer { close(null) }
    if let pid = start(path, input: null) { _ = wait(pid) }
  }

  /// Waits for the shell; whether it did its work.
  private static func wait(_ pid: pid_t) -> Bool {
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0 {
      if errno != EINTR { return false }
    }
    return status == 0
  }

  private static func start(_ path: String, input: CInt) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID, which glibc shows to GNU sources only.
    posix_spawnattr_setflags(&attributes, 0x80)
    let arguments = ["sh", "-c", "eval \"$FAULTLINE_GUARD\"", "faultline-guard"]
    let environment = [
      "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "FAULTLINE_GUARD=" + script,
      "FAULTLINE_DIRECTORY=" + path,
    ]
    var pid = pid_t()
    let result = withCStrings(arguments) { arguments in
      withCStrings(environment) {
        posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, $0)
      }
    }
    return result == 0 ? pid : nil
  }

  private static func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
  ) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
