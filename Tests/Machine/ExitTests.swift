import Foundation
import Glibc
import Testing

@testable import Machine

/// What processes leave when they end, in processes of the tests' own.
///
/// The testing library waits for any child of the process that starts them. One that has ended and that nobody collects,
/// such as an orphan adopted while a guest is started, would be all that it ever sees: `Tests/run` gives these tests a
/// process to themselves.
@Suite("processes that end")
struct ExitTests {
  @Test("the removal of all run directories leaves none of this process")
  func removeAll() async {
    await #expect(processExitsWith: .success) {
      let directories = [try RunDirectory(), try RunDirectory()]
      RunDirectory.removeAll()
      for directory in directories where access(directory.path, F_OK) == 0 { exit(1) }
    }
  }

  @Test("a killed owner's run directory and QEMU go by themselves")
  func killedOwner() async throws {
    let note = FileManager.default.temporaryDirectory.path + "/faultline-note-\(getpid())"
    defer { unlink(note) }
    await #expect(processExitsWith: .signal(SIGKILL)) { [note = note as String] in
      let directory = try RunDirectory()
      let qemu = TestProcess.sleeper(named: "qemu-system-x86_64", with: directory.path + "/lock")
      try "\(directory.path) \(qemu?.pid ?? 0)"
        .write(toFile: note, atomically: true, encoding: .utf8)
      kill(getpid(), SIGKILL)
    }
    let words = try String(contentsOfFile: note, encoding: .utf8).split(separator: " ")
    let path = String(try #require(words.first))
    let pid = try #require(words.last.flatMap { pid_t($0) })
    #expect(path.hasPrefix("/"))
    #expect(eventually { access(path, F_OK) != 0 && !TestProcess.isRunning(pid) })
  }

  @Test(
    "an ordinary user needs nothing set up", .requiresGuest,
    .enabled(if: geteuid() == 0, "only root can become somebody else"))
  func ordinaryUser() async throws {
    await #expect(processExitsWith: .success) {
      // No time limit ends the wait for this process.
      alarm(300)
      // What the user could not read below root's home is read before.
      var spec = try GuestBench.spec("user")
      spec.kernel = .bytes(try spec.kernel.read())
      let home = "/tmp/faultline-test-home-\(getpid())"
      mkdir(home, 0o700)
      chown(home, 65_534, 65_534)
      setenv("HOME", home, 1)
      for name in ["XDG_RUNTIME_DIR", "XDG_CACHE_HOME"] { unsetenv(name) }
      guard setgroups(0, nil) == 0, setgid(65_534) == 0, setuid(65_534) == 0 else { exit(2) }
      let hypervisor = try await Hypervisor.open(accelerator: .tcg)
      let machine = try await hypervisor.boot(spec, console: Console(log: nil))
      guard await machine.greeting?["release"] != nil else { exit(3) }
      await machine.destroy()
      await hypervisor.close()
      try FileManager.default.removeItem(atPath: home)
    }
  }
}
