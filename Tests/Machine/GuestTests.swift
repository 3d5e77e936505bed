import Foundation
import Glibc
import Results
import Synchronization
import Testing

@testable import Machine

/// Lines that a closure collects.
private final class Lines: Sendable {
  private let state = Mutex<[String]>([])
  var all: [String] { state.withLock { $0 } }
  func add(_ line: String) { state.withLock { $0.append(line) } }
}

extension ProcessTests {
  @Suite("guest", .requiresGuest, .timeLimit(.minutes(5)))
  struct GuestTests {
    private let lines = Lines()

    private func withGuest(
      _ name: String, deadlines: Deadlines? = nil, _ body: (Machine) async throws -> Void
    ) async throws {
      let hypervisor = try await GuestBench.hypervisor()
      let console = try Console(log: nil)
      try await hypervisor.withMachine(
        GuestBench.spec(name), console: console, deadlines: deadlines, body)
    }

    /// Runs a program that never ends, and does something to the guest meanwhile.
    private func interrupted(
      _ machine: Machine, by act: @escaping @Sendable () async throws -> Void
    ) async throws -> ProgramRun {
      let sleeper = GuestBench.program("sleeper", TinyProgram.sleeper)
      try await machine.push([sleeper])
      async let run = machine.run(sleeper, deadline: .seconds(100)) { _ in }
      try await Task.sleep(for: .milliseconds(300))
      try await act()
      return try await run
    }

    private func qemu(_ name: String) async throws -> pid_t {
      let file = try #require(
        try await GuestBench.hypervisor().pidFile(of: "faultline-" + name))
      let text = try String(contentsOfFile: file, encoding: .utf8)
      return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test("greets with its facts, takes programs, runs them, and powers off")
    func life() async throws {
      try await withGuest("life") { machine in
        let greeting = try #require(await machine.greeting)
        #expect(greeting["release"]?.hasPrefix("6.12.") == true)
        #expect(greeting.problems == [])
        #expect(greeting.bootDuration > .zero)
        let printer = GuestBench.program("printer", TinyProgram.prints("one\ntwo\nthree"))
        let failing = GuestBench.program("failing", TinyProgram.exits(7))
        try await machine.push([printer, failing])
        let run = try await machine.run(printer, deadline: .seconds(20)) { [lines] in
          lines.add("\($0.stream) \($0.text)")
        }
        #expect(run.end == .ended(.exited(status: 0)))
        #expect(run.hasStarted)
        #expect(lines.all == ["out one", "out two", "out three"])
        let failed = try await machine.run(failing, deadline: .seconds(20)) { _ in }
        #expect(failed.end == .ended(.exited(status: 7)))
        let counters = await machine.counters
        #expect(counters.garbage == 0 && counters.unknown == 0)
        try await machine.powerOff()
        #expect(await machine.end == .clean)
      }
    }

    @Test(
      "guests go on from a saved state, each with what was pushed before, a clock and a port of its own"
    )
    func savedState() async throws {
      let hypervisor = try await GuestBench.hypervisor()
      let printer = GuestBench.program("printer", TinyProgram.prints("one"))
      let machine = try await hypervisor.boot(
        try GuestBench.spec("saved"), console: try Console(log: nil))
      try await machine.push([printer])
      let saved = try await machine.save()
      #expect(await machine.end == .clean)
      for _ in 0..<2 {
        let next = try await hypervisor.restore(saved, console: try Console(log: nil))
        let greeting = try #require(await next.greeting)
        #expect(greeting["release"]?.hasPrefix("6.12.") == true)
        #expect(greeting.problems == [])
        #expect(greeting.bootDuration == saved.bootDuration)
        #expect(try #require(greeting.restoreDuration) < greeting.bootDuration)
        // It is not pushed again: the guest has it.
        try await next.push([printer])
        let run = try await next.run(printer, deadline: .seconds(20)) { [lines] in
          lines.add($0.text)
        }
        #expect(run.end == .ended(.exited(status: 0)))
        let counters = await next.counters
        #expect(counters.garbage == 0 && counters.unknown == 0)
        await next.endNow()
        await next.destroy()
      }
      #expect(lines.all == ["one", "one"])
      await hypervisor.discard(saved)
      await #expect(throws: MachineError.self) {
        try await hypervisor.restore(saved, console: try Console(log: nil))
      }
    }

    @Test("a program the guest does not have is refused; one that will not end is killed there")
    func refusalAndDeadline() async throws {
      try await withGuest("deadline") { machine in
        let sleeper = GuestBench.program("sleeper", TinyProgram.sleeper)
        let refused = try await machine.run(sleeper, deadline: .seconds(1)) { _ in }
        guard case .refused = refused.end else {
          Issue.record("\(refused)")
          return
        }
        try await machine.push([sleeper])
        let run = try await machine.run(sleeper, deadline: .milliseconds(300)) { _ in }
        #expect(run.end == .deadline)
        #expect(await machine.end == nil)
      }
    }

    @Test("a QEMU that is killed has vanished")
    func vanished() async throws {
      try await withGuest("vanished") { machine in
        let pid = try await qemu("vanished")
        let run = try await interrupted(machine) { kill(pid, SIGKILL) }
        #expect(run.end == .guestGone(.vanished("QEMU was killed by signal 9")))
        #expect(run.hasStarted)
      }
    }

    @Test("a QEMU that stands still is host trouble, and gone after destroy")
    func stopped() async throws {
      var deadlines = Deadlines(for: .tcg)
      deadlines.silence = .milliseconds(300)
      deadlines.answer = .seconds(2)
      let pid = Mutex<pid_t>(0)
      try await withGuest("stopped", deadlines: deadlines) { machine in
        let qemu = try await qemu("stopped")
        pid.withLock { $0 = qemu }
        let run = try await interrupted(machine) { kill(qemu, SIGSTOP) }
        #expect(run.end == .guestGone(.vanished("QEMU, process \(qemu), is stopped")))
      }
      #expect(pid.withLock { !TestProcess.isRunning($0) })
    }

    @Test("a kernel that crashes has panicked, and its whole console came first")
    func panicked() async throws {
      let path = FileManager.default.temporaryDirectory.path + "/faultline-panic-\(getpid())"
      defer { unlink(path) }
      let console = try Console(log: path)
      let hypervisor = try await GuestBench.hypervisor()
      try await hypervisor.withMachine(GuestBench.spec("panicked"), console: console) { machine in
        let run = try await interrupted(machine) { await machine.sysrq("tc") }
        #expect(run.end == .guestGone(.panic))
        let log = try String(contentsOfFile: path, encoding: .utf8)
        #expect(log.contains("Kernel panic - not syncing: sysrq triggered crash"))
        #expect(console.lastLine.contains("Kernel Offset"))
      }
    }

    @Test("a cancelled task's guest is interrupted")
    func cancelled() async throws {
      try await withGuest("cancelled") { machine in
        let sleeper = GuestBench.program("sleeper", TinyProgram.sleeper)
        try await machine.push([sleeper])
        let task = Task { try await machine.run(sleeper, deadline: .seconds(100)) { _ in } }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        #expect(try await task.value.end == .guestGone(.interrupted))
      }
    }

    @Test("what is no kernel is refused with QEMU's words, and leaves nothing")
    func noKernel() async throws {
      let hypervisor = try await GuestBench.hypervisor()
      var spec = try GuestBench.spec("garbage")
      spec.kernel = .bytes((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      let error = await #expect(throws: MachineError.self) {
        _ = try await hypervisor.boot(spec, console: Console(log: nil))
      }
      guard case .notStarted("garbage", let cause) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(cause.contains("kernel"))
    }

    @Test("an init that never speaks is no greeting; one that ends is a panic")
    func silentInit() async throws {
      let hypervisor = try await GuestBench.hypervisor()
      var deadlines = Deadlines(for: .tcg)
      let panic = await #expect(throws: MachineError.self) {
        _ = try await hypervisor.boot(
          GuestBench.spec("ends", program: TinyProgram.exits(1)), console: Console(log: nil))
      }
      #expect(panic == .endedBeforeGreeting(guest: "ends", end: .panic))
      deadlines.greeting = .seconds(5)
      let silence = await #expect(throws: MachineError.self) {
        _ = try await hypervisor.boot(
          GuestBench.spec("silent", program: TinyProgram.sleeper), console: Console(log: nil),
          deadlines: deadlines)
      }
      guard case .noGreeting("silent", .seconds(5), _, _) = silence else {
        Issue.record("\(String(describing: silence))")
        return
      }
    }

    @Test("the probe's boot sees a guest that greets")
    func probe() async throws {
      let emulator = try #require(Hypervisor.emulator())
      let probe = BootProbe(emulator: emulator, accelerator: .tcg, deadline: .seconds(90))
      let outcome = try await probe.boot(
        kernel: GuestBench.kernel, initramfs: GuestBench.initramfs())
      #expect(outcome == .greeted)
    }
  }
}
