internal import Foundation
internal import Kernels
internal import Machine
internal import Results

/// Where a session's guest comes from: a saved state, a boot, or a boot that is saved and restored at once.
struct GuestSupply {
  /// A panic before the greeting is tried again: TCG makes healthy kernels panic now and then.
  private static let bootAttempts = 3

  let session: GuestSession
  let deadlines: Deadlines
  /// What the next guest can come from.
  private(set) var saved: SavedGuest?
  /// Whether a guest that is booted is to be saved.
  private(set) var saves: Bool
  /// What the guest's kernel prints.
  private(set) var feed = ConsoleFeed()

  init(_ session: GuestSession, _ deadlines: Deadlines, saved: SavedGuest?, saves: Bool) {
    self.session = session
    self.deadlines = deadlines
    self.saved = saved
    self.saves = saves
  }

  /// The guest, up and greeted; nil when this kernel does not come up, and `boot` says why.
  mutating func machine(_ boot: inout BootObservation) async throws -> Machine? {
    if let machine = await restored() { return machine }
    guard let machine = try await booted(&boot) else { return nil }
    guard saves else { return machine }
    do {
      try await machine.push(try session.programs.flatMap { try $0.guestPrograms() })
      saved = try await machine.save()
    } catch let error as MachineError {
      await machine.destroy()
      if Task.isCancelled { throw error }
      giveUpSaving(error)
    }
    if let machine = await restored() { return machine }
    return try await booted(&boot)
  }

  /// The guest that goes on from the saved state; nil when there is none, or it does not come back.
  private mutating func restored() async -> Machine? {
    guard let saved else { return nil }
    do {
      return try await session.hypervisor.restore(
        saved, console: try console(), deadlines: deadlines)
    } catch {
      await session.hypervisor.discard(saved)
      self.saved = nil
      if !Task.isCancelled { giveUpSaving(error) }
      return nil
    }
  }

  private mutating func giveUpSaving(_ error: any Error) {
    saves = false
    session.report(
      .notice("\(session.place) has no saved state, so guests are booted from now on: \(error)"))
  }

  private func console() throws -> Console {
    try Console(log: RunFiles(session.spec.directory).console.path) { [feed] in feed.take($0) }
  }

  private mutating func booted(_ boot: inout BootObservation) async throws -> Machine? {
    let source = try await session.guestSpec()
    for attempt in 1...Self.bootAttempts {
      boot.attempts = attempt
      session.report(
        .guestBooting(kernel: session.kernel, machine: session.plan.machine.name))
      feed = ConsoleFeed()
      let console = try console()
      var again = source
      again.name += "-\(attempt)"
      if let socket = session.hypervisor.debuggerSocket(for: again) {
        session.report(.notice("\(session.place): gdb -ex 'target remote \(socket)'"))
      }
      do {
        let machine = try await session.hypervisor.boot(
          again, console: console, deadlines: deadlines)
        boot.consoleBytes = console.byteCount
        return machine
      } catch let error as MachineError {
        boot.consoleBytes = console.byteCount
        boot.lastConsoleLine = console.lastLine
        guard try note(error, attempt: attempt, in: &boot) else { return nil }
      }
    }
    return nil
  }

  /// Takes in why a boot failed; whether to try again.
  ///
  /// - Throws: the error itself when it is not the kernel's doing.
  private func note(
    _ error: MachineError, attempt: Int, in boot: inout BootObservation
  ) throws -> Bool {
    let kernel = session.plan.kernel
    switch error {
    case .endedBeforeGreeting(_, let end):
      boot.guestEnd = end
      if case .broken = end { return false }
      guard end != .interrupted, attempt < Self.bootAttempts, kernel.defect == nil else {
        return false
      }
      boot.guestEnd = nil
      session.report(
        .notice(
          "\(session.place) ended before its greeting; "
            + "boot \(attempt + 1) of \(Self.bootAttempts)"))
      return true
    case .noGreeting:
      boot.guestEnd = Task.isCancelled ? .interrupted : .hung(.unknown)
      return false
    case .notStarted(_, let cause) where kernel.defect != nil || Self.blamesKernel(cause):
      boot.refusal = [kernel.defect.map { "the image \($0)" }, cause]
        .compactMap { $0 }.joined(separator: "; QEMU: ")
      return false
    default: throw error
    }
  }

  /// QEMU's complaints about an image that is no kernel; libvirt gives them all the same code.
  private static func blamesKernel(_ cause: String) -> Bool {
    ["linux kernel too old", "could not load kernel", "Error loading uncompressed kernel"]
      .contains { cause.localizedCaseInsensitiveContains($0) }
  }
}
