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
  nonisolated let hypervisor: Hypervisor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { hypervisor.unownedExecutor }

  private let domain: Domain
  private nonisolated let qemu: QEMUProcess?
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
  private(set) var lastPong: ContinuousClock.Instant?
  /// Until when a guest that got an NMI may answer it; nil while none was sent.
  private var interrogationEnd: ContinuousClock.Instant?
  /// Until when a guest whose console shows a panic, and that should stay after one, may prove that it lives.
  private var panicLimit: ContinuousClock.Instant?
  /// Records that came before the end, found while the host asked how the guest ended.
  private var late: [GuestProtocol.GuestRecord] = []
  var lastRun: Int64 = 0
  /// The digests of the programs that the guest holds.
  var programs: Set<String>
  /// Whether the guest's files outlive it: others go on from its state.
  var keepsFiles: Bool
  /// Whether it was stopped to be looked at.
  var isHeld = false
  /// What the guest comes from; nil when it was booted.
  private let origin: SavedGuest?
  /// Events so far: now and then somebody else gets a turn.
  private var eventCount = 0

  init(
    _ spec: GuestSpec, from origin: SavedGuest?, on hypervisor: Hypervisor,
    domain: consuming Domain, qemu: QEMUProcess?, channel: GuestChannel,
    consoleStream: ByteStream, console: Console, inbox: Inbox<GuestChannel.Event>,
    observer: GuestObserver, deadlines: Deadlines, began: ContinuousClock.Instant
  ) {
    self.origin = origin
    programs = origin?.programs ?? []
    keepsFiles = origin != nil
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
    if spec.staysAfterPanic { console.watchForPanic { inbox.post(.panicShown) } }
  }

  package nonisolated var name: String { spec.name }

  /// How long its virtual processors waited for the host's so far, taken together; nil when that is not known.
  package nonisolated var processorWait: Duration? { qemu?.processorWait }

  /// What came through the record port.
  package var counters: ChannelCounters { channel.counters }

  /// Waits for the `hello` with this nonce; the first one has an empty one.
  func awaitGreeting(nonce: String = "") async throws {
    let limit = began + deadlines.greeting
    do {
      while let record = try await nextRecord(until: limit, asking: false) {
        guard case .hello(nonce, let facts, let problems) = record else { continue }
        let elapsed = ContinuousClock.now - began
        greeting = Greeting(
          facts: facts, problems: problems, bootDuration: origin?.bootDuration ?? elapsed,
          restoreDuration: origin == nil ? nil : elapsed)
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
      var wake = asking ? min(limit, heartbeat.wake) : limit
      if let interrogationEnd { wake = min(limit, interrogationEnd) }
      if let panicLimit { wake = min(wake, panicLimit) }
      if let event = try await nextEvent(until: wake) {
        if let record = try await take(event) { return record }
        continue
      }
      if concludePanic() { continue }
      guard ContinuousClock.now < limit else { return nil }
      switch heartbeat.step(at: .now) {
      case .wait: break
      case .ask: channel.send(.ping(nonce: "alive"))
      case .giveUp: interrogate()
      }
      if let limit = interrogationEnd, ContinuousClock.now >= limit { end = .hung(.kernel) }
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
    let record: GuestProtocol.GuestRecord
    switch event {
    case .record(let new): record = new
    case .broken(let detail):
      giveUp(.broken(detail))
      return nil
    case .panicShown:
      panicLimit = panicLimit ?? .now + deadlines.backtraces
      channel.send(.ping(nonce: "panic"))
      return nil
    default: return nil
    }
    channel.resumeIfDrained()
    heartbeat.hear(at: .now)
    return answer(record)
  }

  /// The record, unless it is one that nobody waits for.
  private func answer(_ record: GuestProtocol.GuestRecord) -> GuestProtocol.GuestRecord? {
    switch record {
    case .pong:
      lastPong = .now
      return nil
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
    end = interrogationEnd == nil ? ending.end : .hung(Self.hang(console.tail))
  }

  /// Whether a kernel that showed a panic is dead: whoever prints such a line and lives answers in time.
  private func concludePanic() -> Bool {
    guard let limit = panicLimit, ContinuousClock.now >= limit else { return false }
    panicLimit = nil
    if let lastPong, lastPong >= limit - deadlines.backtraces { return false }
    end = interrogationEnd == nil ? .panic : .hung(Self.hang(console.tail))
    return true
  }

  /// Stops listening to a program that runs.
  func stopListening(_ reason: ListeningEnd) {
    giveUp(reason.guestEnd)
    guard reason == .kept else { return }
    // At once, before the program goes on; `hold()` says whether it worked.
    try? withDomain(within: deadlines.interrogation) { try $0.suspend() }  // see above
  }

  /// Gives the guest up: whoever waits for it gets this end; `destroy()` is still the caller's.
  func giveUp(_ end: GuestEnd) {
    guard self.end == nil else { return }
    self.end = end
    // Any event wakes the reader, which then finds the end.
    inbox.post(.consoleEnded)
  }

  /// Sends a guest whose init is silent an NMI, which its kernel answers by a backtrace and a panic: the reader gets
  /// that end, or one without an answer in time.
  func interrogate() {
    guard end == nil, interrogationEnd == nil else { return }
    if let qemu, let state = qemu.obstacle { return giveUp(.vanished(state)) }
    interrogationEnd = ContinuousClock.now + deadlines.interrogation
    do {
      try withDomain(within: deadlines.interrogation) { try $0.injectNMI() }
    } catch let error as LibvirtError {
      giveUp(.vanished("QEMU does not answer: \(error.message)"))
    } catch {
      giveUp(.vanished("QEMU does not answer: \(error)"))
    }
    inbox.post(.consoleEnded)
  }

  /// Does something with the guest's domain, for which QEMU gets a bounded time: one whose monitor is dead would keep
  /// libvirt, and so this thread, for ever.
  func withDomain<Value>(
    within patience: Duration, _ body: (borrowing Domain) throws -> Value
  ) rethrows -> Value {
    let guardian = qemu?.killed(after: patience)
    defer { guardian?.cancel() }
    return try body(domain)
  }

  /// Whether the guest's QEMU is known to run.
  nonisolated var hasLivingQEMU: Bool { qemu?.pid != nil && qemu?.obstacle == nil }

  nonisolated func endQEMU() { qemu?.kill() }

  /// Leaves the console to others.
  func closeConsole() { consoleStream.close() }

  /// Lets go of the guest with what ends it in order.
  func prepareToLeave(_ leave: (borrowing Domain) throws -> Void) throws {
    ending.isRequested = true
    try leave(domain)
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

  /// Ends the guest at once, and waits for what it has printed; `destroy()` is still the caller's.
  package func endNow() async {
    ending.isRequested = true
    qemu?.kill()
    await settle()
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
    await hypervisor.forget(spec, keepingFiles: keepsFiles)
  }

  /// Waits for QEMU's end, which the host has forced, so that nothing of it outlives the call.
  private func awaitExit(of qemu: QEMUProcess) async {
    let limit = ContinuousClock.now + deadlines.exit
    // The next guest from the same state has the same name: libvirt must have let go of it. And when a guest that was held
    // goes the process does, and libvirt would write about it where everything is removed already.
    let waitsForLibvirt = keepsFiles || isHeld
    while qemu.exit == nil || (waitsForLibvirt && ending.stopped == nil),
      ContinuousClock.now < limit
    {
      // A cancelled caller has its guest ended all the same; what is left is for the run directory's removal.
      guard let event = try? await inbox.next(until: limit) else { return }  // see above
      _ = ending.note(event)
    }
  }
}
