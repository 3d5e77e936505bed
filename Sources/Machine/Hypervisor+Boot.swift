internal import Glibc
internal import GuestProtocol
internal import Libvirt
internal import Results

extension Hypervisor {
  /// Starts a guest and waits until it greets.
  ///
  /// - Parameters:
  ///   - spec: what it is made of; its name must not be in use.
  ///   - console: gets everything the kernel prints, from the first byte.
  ///   - observer: is told what else happens.
  ///   - deadlines: nil for the accelerator's.
  /// - Returns: the guest, set up and greeted.
  /// - Throws: `MachineError.notStarted`, `.noGreeting`, `.endedBeforeGreeting`, `.noFile`. The guest is gone then, and
  ///   the console holds what it printed.
  package func boot(
    _ spec: GuestSpec, console: Console, observer: GuestObserver = GuestObserver(),
    deadlines: Deadlines? = nil
  ) async throws -> Machine {
    let machine = try start(
      spec, from: nil, console: console, observer: observer,
      deadlines: deadlines ?? Deadlines(for: spec.accelerator))
    do {
      try await machine.awaitGreeting()
      return machine
    } catch {
      await machine.destroy()
      throw error
    }
  }

  /// Starts a guest that goes on from a saved state, and waits until it greets anew.
  ///
  /// The one before it, with the same state, must have been destroyed.
  ///
  /// - Throws: as `boot`.
  package func restore(
    _ saved: SavedGuest, console: Console, observer: GuestObserver = GuestObserver(),
    deadlines: Deadlines? = nil
  ) async throws -> Machine {
    let machine = try start(
      saved.spec, from: saved, console: console, observer: observer,
      deadlines: deadlines ?? Deadlines(for: saved.spec.accelerator))
    do {
      try await machine.greetAgain()
      return machine
    } catch {
      await machine.destroy()
      throw error
    }
  }

  /// Boots a guest for as long as `body` runs.
  package nonisolated func withMachine<Value: Sendable>(
    _ spec: GuestSpec, console: Console, observer: GuestObserver = GuestObserver(),
    deadlines: Deadlines? = nil, _ body: (Machine) async throws -> Value
  ) async throws -> Value {
    let machine = try await boot(spec, console: console, observer: observer, deadlines: deadlines)
    do {
      let value = try await body(machine)
      await machine.destroy()
      return value
    } catch {
      await machine.destroy()
      throw error
    }
  }

  /// Starts a guest; both streams are connected before its first instruction, so that nothing it prints is lost.
  private func start(
    _ spec: GuestSpec, from saved: SavedGuest?, console: Console, observer: GuestObserver,
    deadlines: Deadlines
  ) throws -> Machine {
    let origin: Origin
    if let saved {
      try replaceDisks(of: saved)
      origin = .state(saved)
    } else {
      origin = .boot(DomainXML(spec: spec, files: try place(spec)))
    }
    let inbox = Inbox<GuestChannel.Event>()
    listen(to: spec.domainName, inbox)
    let qemu = pidFile(of: spec.domainName).map { file in
      QEMUProcess(pidFile: file) { inbox.post(.exited($0)) }
    }
    let began = ContinuousClock.now
    do {
      let domain = try makeDomain(origin)
      let streams: (console: ByteStream, channel: ByteStream)
      let channel: GuestChannel
      do {
        streams = try withConnection { (try ByteStream(on: $0), try ByteStream(on: $0)) }
        try domain.openConsole(streams.console)
        try domain.openChannel(DomainXML.channelName, streams.channel)
        try streams.console.start(onBytes: { console.receive($0) }) { _ in
          inbox.post(.consoleEnded)
        }
        channel = GuestChannel(streams.channel, inbox: inbox, after: saved?.sentCount ?? 0)
        try channel.start()
        try domain.resume()
      } catch {
        // The first error is the one to tell; the domain ends with the run directory at the latest.
        try? domain.destroy()  // see above
        throw error
      }
      return Machine(
        spec, from: saved, on: self, domain: domain, qemu: qemu, channel: channel,
        consoleStream: streams.console, console: console, inbox: inbox, observer: observer,
        deadlines: deadlines, began: began)
    } catch let error as LibvirtError {
      qemu?.abandon()
      forget(spec, keepingFiles: saved != nil)
      throw MachineError.notStarted(guest: spec.name, cause: error.message)
    }
  }

  /// What a domain is made of.
  private enum Origin {
    case boot(DomainXML)
    case state(SavedGuest)
  }

  private func makeDomain(_ origin: Origin) throws -> Domain {
    try withConnection { connection in
      if case .boot(let xml) = origin, !isEmbedded {
        return try connection.makeDomain(xml.text, isPaused: true, endsWithConnection: true)
      }
      return try HostProcess.adoptingOrphans {
        switch origin {
        case .boot(let xml):
          return try connection.makeDomain(xml.text, isPaused: true, endsWithConnection: false)
        case .state(let saved):
          try Self.restore(saved, on: connection)
          return try connection.domain(named: saved.spec.domainName)
        }
      }
    }
  }

  /// Makes a domain of a saved state, whose last one may be on its way out: libvirt tells of a domain's end a moment
  /// before it frees the name.
  private static func restore(
    _ saved: SavedGuest, on connection: borrowing Connection
  ) throws(LibvirtError) {
    for _ in 0..<100 {
      do {
        return try connection.restoreDomain(from: saved.image)
      } catch {
        guard error.message.contains("is already being removed") else { throw error }
        usleep(20_000)
      }
    }
    try connection.restoreDomain(from: saved.image)
  }

  /// Gives QEMU the disks as they were when the guest was saved.
  private func replaceDisks(of saved: SavedGuest) throws {
    for disk in saved.disks {
      unlink(disk.path)
      try SparseFile(path: disk.copy).copy(to: disk.path, permissions: 0o600)
      if let owner = diskOwner, chown(disk.path, owner.user, owner.group) != 0 {
        throw RunDirectory.failure(disk.path)
      }
    }
  }

  private func listen(to domain: String, _ inbox: Inbox<GuestChannel.Event>) {
    routes.add(domain) { event in
      switch event.kind {
      case .shutdown: inbox.post(.shutDown)
      case .crashed: inbox.post(.crashed)
      // 5: QEMU failed (VIR_DOMAIN_EVENT_STOPPED_FAILED).
      case .stopped: inbox.post(.stopped(failed: event.detail == 5))
      default: break
      }
    }
  }
}
