internal import GuestProtocol
internal import Libvirt
package import Results

/// One guest, one life: from its greeting to its end.
///
/// It lives on the hypervisor's thread, where libvirt may block. `Hypervisor.boot` makes it; `destroy()` ends it, and
/// the hypervisor's `close()` at the latest. One call at a time asks the guest for something.
package actor Machine {
  package nonisolated let spec: GuestSpec
  package nonisolated let console: Console
  package nonisolated let deadlines: Deadlines
  private nonisolated let hypervisor: Hypervisor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { hypervisor.unownedExecutor }

  private let domain: Domain
  private let qemu: QEMUProcess?
  let channel: GuestChannel
  private let consoleStream: ByteStream
  private let inbox: Inbox<GuestChannel.Event>
  private let observer: GuestObserver
  private let began: ContinuousClock.Instant

  /// What the guest said when it was set up.
  package private(set) var greeting: Greeting?
  /// How the guest ended; nil while it lives.
  package private(set) var end: GuestEnd?
  private var ending = GuestEnding()
  private var heartbeat: Heartbeat
  /// Records that came before the end, found while the host asked how the guest ended.
  private var late: [GuestProtocol.GuestRecord] = []
  var lastRun: Int64 = 0
  /// Events so far: now and then somebody else gets a turn.
  private var eventCount = 0

  init(
    _ spec: GuestSpec, on hypervisor: Hypervisor, domain: consuming Domain, qemu: QEMUProcess?,
    channel: GuestChannel, consoleStream: ByteStream, console: Console,
    inbox: Inbox<GuestChannel.Event>, observer: GuestObserver, deadlines: Deadlines,
    began: ContinuousClock.Instant
  ) {
    var spec = spec
    // It may hold megabytes that nobody needs any more.
    spec.initramfs = .bytes([])
    self.spec = spec
    self.hypervisor = hypervisor
    self.domain = domain
    self.qemu = qemu
    self.channel = channel
    self.consoleStream = consoleStream
    self.console = console
    self.inbox = inbox
    self.observer = observer
    self.deadlines = deadlines
    self.began = began
    heartbeat = Heartbeat(deadlines, now: .now)
  }

  package nonisolated var name: String { spec.name }

  /// What came through the record port.
  package var counters: ChannelCounters { channel.counters }

  /// Waits for the first `hello`.
  func awaitGreeting() async throws {
    let limit = began + deadlines.greeting
    do {
      while let record = try await nextRecord(until: limit, asking: false) {
        guard case .hello(_, let facts, let problems) = record else { continue }
        greeting = Greeting(
          facts: facts, problems: problems, bootDuration: ContinuousClock.now - began)
        heartbeat.hear(at: .now)
        return
      }
    } catch MachineError.guestGone(_, let end) {
      throw MachineError.endedBeforeGreeting(guest: name, end: end)
    }
    throw MachineError.noGreeting(
      guest: name, within: deadlines.greeting, consoleBytes: console.byteCount,
      lastLine: console.lastLine)
  }

  /// The next record that is an answer; nil when none came in time.
  ///
  /// - Parameters:
  ///   - limit: when to stop waiting.
  ///   - asking: whether a silent guest is asked for a sign of life, and given up without one.
  /// - Returns: never a record that is about the guest's life only.
  /// - Throws: `MachineError.guestGone` once the guest has ended and everything it said was read.
  func nextRecord(
    until limit: ContinuousClock.Instant, asking: Bool = true
  ) async throws -> GuestProtocol.GuestRecord? {
    while true {
      if !late.isEmpty { return late.removeFirst() }
      if let end { throw MachineError.guestGone(guest: name, end: end) }
      // Also while it floods: what it says must not keep the deadline from passing.
      if ContinuousClock.now >= limit { return nil }
      eventCount += 1
      if eventCount.isMultiple(of: 256) { await Task.yield() }
      let wake = asking ? min(limit, heartbeat.wake) : limit
      if let event = try await nextEvent(until: wake) {
        if let record = try await take(event) { return record }
        continue
      }
      guard ContinuousClock.now < limit else { return nil }
      switch heartbeat.step(at: .now) {
      case .wait: break
      case .ask: channel.send(.ping(nonce: "alive"))
      case .giveUp: end = .hung
      }
    }
  }

  private func nextEvent(until wake: ContinuousClock.Instant) async throws -> GuestChannel.Event? {
    do {
      return try await inbox.next(until: wake)
    } catch is CancellationError {
      end = .interrupted
      throw MachineError.guestGone(guest: name, end: .interrupted)
    }
  }

  /// Deals with what is no answer.
  private func take(_ event: GuestChannel.Event) async throws -> GuestProtocol.GuestRecord? {
    if ending.note(event) {
      if ending.hasBegun { await settle() }
      return nil
    }
    guard case .record(let record) = event else {
      if case .broken(let detail) = event { giveUp(.broken(detail)) }
      return nil
    }
    channel.resumeIfDrained()
    heartbeat.hear(at: .now)
    return answer(record)
  }

  /// The record, unless it is one that nobody waits for.
  private func answer(_ record: GuestProtocol.GuestRecord) -> GuestProtocol.GuestRecord? {
    switch record {
    case .pong: return nil
    case .kmsg(let text):
      observer.onKernelMessage(text)
      return nil
    case .bye:
      ending.hasSaidBye = true
      return nil
    default: return record
    }
  }

  /// Gathers what tells how the guest ended, console included, for a bounded time.
  private func settle() async {
    let limit = ContinuousClock.now + deadlines.settling
    // Cancellation shortens the wait, and the end is told from what is known.
    while !ending.isSettled, let event = try? await inbox.next(until: limit) {  // see above
      if ending.note(event) { continue }
      if case .record(let record) = event, let record = answer(record) { late.append(record) }
    }
    end = ending.end
  }

  /// Gives the guest up, as hung unless another end is named: whoever waits for it is told so.
  ///
  /// `destroy()` is still the caller's.
  package func giveUp(_ end: GuestEnd = .hung) {
    guard self.end == nil else { return }
    self.end = end
    // Any event wakes the reader, which then finds the end.
    inbox.post(.consoleEnded)
  }

  /// Presses the magic SysRq keys in the guest, one after the other.
  ///
  /// `w` shows blocked tasks, `l` backtraces, `c` crashes the kernel. It needs a living init.
  package func sysrq(_ keys: String) {
    channel.send(.sysrq(keys: keys))
  }

  /// Sends a non-maskable interrupt, for a guest whose init does not live.
  package func injectNMI() throws {
    try domain.injectNMI()
  }

  /// Asks init to power off, and waits until QEMU is gone; a guest that does not is destroyed.
  package func powerOff() async throws {
    ending.isRequested = true
    channel.send(.poweroff)
    let limit = ContinuousClock.now + deadlines.powerOff
    do {
      while try await nextRecord(until: limit, asking: false) != nil {}
    } catch MachineError.guestGone {}
    await destroy()
  }

  /// Ends the guest at once, whatever it does, and disconnects from it; a second call does nothing.
  package func destroy() async {
    qemu?.kill()
    channel.close()
    consoleStream.close()
    if end == nil { end = .clean }
    if let qemu {
      await awaitExit(of: qemu)
    } else {
      // It may have ended by itself; auto-destroy ends it with the connection at the latest.
      try? domain.destroy()  // see above
    }
    await hypervisor.forget(spec)
  }

  /// Waits for QEMU's end, which the host has forced, so that nothing of it outlives the call.
  private func awaitExit(of qemu: QEMUProcess) async {
    let limit = ContinuousClock.now + deadlines.exit
    while qemu.exit == nil, ContinuousClock.now < limit {
      // A cancelled caller has its guest ended all the same; what is left is for the run directory's removal.
      guard (try? await inbox.next(until: limit)) != nil else { return }  // see above
    }
  }
}
