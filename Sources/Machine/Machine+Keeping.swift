internal import Foundation
internal import Libvirt

/// A guest that somebody looks at after a failure.
extension Machine {
  /// How long QEMU may take to write the guest's memory: 64 GiB to a slow disk.
  private static let dumpPatience = Duration.seconds(900)

  /// Stops the guest as it is, and waits a bounded time for what it has printed.
  ///
  /// - Returns: whether it stands still; a guest whose QEMU is gone or does not answer cannot.
  package func hold() async -> Bool {
    guard hasLivingQEMU else { return false }
    isHeld = true
    do {
      try withDomain(within: deadlines.interrogation) { try $0.suspend() }
    } catch {
      return false
    }
    let limit = ContinuousClock.now + deadlines.settling
    var seen = -1
    while console.byteCount != seen, ContinuousClock.now < limit {
      seen = console.byteCount
      // Cancelled: the run ends, and what the console lacks then does not matter.
      guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { break }  // see above
    }
    return hasLivingQEMU
  }

  /// Leaves the guest's console to others.
  ///
  /// The record port stays open: init powers off a guest whose port is closed.
  ///
  /// - Returns: the path of its pseudo-terminal; nil when libvirt does not say.
  package func releaseConsole() -> String? {
    closeConsole()
    // Where libvirt does not say, nobody is told.
    let xml = try? withDomain(within: deadlines.interrogation) { try $0.xml() }  // see above
    guard let xml, let start = xml.range(of: "<source path='/dev/pts/") else { return nil }
    return "/dev/pts/" + xml[start.upperBound...].prefix(while: \.isNumber)
  }

  /// Whether the guest's QEMU runs, paused or not.
  package nonisolated var isAlive: Bool { hasLivingQEMU }

  /// Ends the guest's QEMU from any thread, also while another one waits for it in a call; `destroy()` is still the
  /// caller's.
  package nonisolated func kill() { endQEMU() }

  /// The socket on which QEMU waits for a gdb; nil when it does not.
  package nonisolated var debuggerSocket: String? {
    hypervisor.debuggerSocket(for: spec)
  }

  /// Writes the guest's memory and registers to a new ELF file that drgn and crash read; the file appears whole or not
  /// at all.
  ///
  /// - Parameter path: absolute, of a file that does not exist.
  /// - Returns: what is in it.
  /// - Throws: `MachineError.notDumped`.
  package func dump(to path: String) throws -> MemoryDump {
    let partial = path + ".part"
    do {
      try MemoryDump.makeRoom(for: spec.memoryMebibytes, at: path)
      try MemoryDump.create(partial)
      try withDomain(within: Self.dumpPatience) { try $0.dumpMemory(to: partial) }
      let dump = try MemoryDump(completing: partial)
      try MemoryDump.publish(partial, as: path)
      return dump
    } catch {
      unlink(partial)
      let cause = (error as? LibvirtError)?.message ?? "\(error)"
      throw MachineError.notDumped(guest: name, cause: cause)
    }
  }
}
