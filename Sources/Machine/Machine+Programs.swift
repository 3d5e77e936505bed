internal import GuestProtocol
internal import Results

extension Machine {
  /// Pushes programs, all at once; each can be run from then on.
  ///
  /// What the guest holds is not pushed again.
  ///
  /// - Throws: `MachineError.notPushed` when the guest refuses one or takes too long, `.guestGone`.
  package func push(_ programs: [GuestProgram]) async throws {
    var waiting: [String: GuestProgram] = [:]
    for program in programs
    where !self.programs.contains(program.digest)
      && waiting.updateValue(program, forKey: program.digest) == nil
    {
      channel.send(
        .push(
          digest: program.digest, name: program.name, length: program.bytes.count,
          check: program.check), followedBy: program.bytes)
    }
    let limit = ContinuousClock.now + deadlines.push
    while let missing = waiting.values.first {
      guard let record = try await nextRecord(until: limit) else {
        throw MachineError.notPushed(
          program: missing.name,
          cause: "no answer within \(deadlines.push.components.seconds) s, "
            + "\(channel.unsentBytes) bytes are not taken")
      }
      switch record {
      case .pushed(let digest):
        if waiting.removeValue(forKey: digest) != nil { self.programs.insert(digest) }
      case .refused(let about, let reason):
        // Only a program of ours has a name, and the guest has one line to say why.
        let cause = reason.split(whereSeparator: \.isNewline).first.map { String($0.prefix(300)) }
        throw MachineError.notPushed(
          program: waiting[about]?.name ?? missing.name, cause: cause ?? "it does not say why")
      default: break
      }
    }
  }

  /// Runs a pushed program to its end.
  ///
  /// - Parameters:
  ///   - program: what was pushed.
  ///   - arguments: after `argv[0]`, at most 64 of 4 KiB.
  ///   - environment: beside what init sets.
  ///   - deadline: after which the guest kills it; rounded up to milliseconds.
  ///   - onOutput: gets each line in order, on the hypervisor's thread; it throws when it has had enough: the guest has
  ///     then broken the protocol, or it stands still at once.
  /// - Returns: how it ended. The guest's end is a result here, as it belongs to the program that ran.
  /// - Throws: nothing that concerns the guest.
  package func run(
    _ program: GuestProgram, arguments: [String] = [],
    environment: [String: String] = [:], deadline: Duration,
    onOutput: @Sendable (ProgramOutput) throws(ListeningEnd) -> Void
  ) async throws -> ProgramRun {
    lastRun += 1
    let began = ContinuousClock.now
    var hearing = ProgramHearing(run: lastRun)
    channel.send(
      .run(
        RunRequest(
          run: lastRun, digest: program.digest, name: program.name, arguments: arguments,
          environment: environment.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) },
          deadlineMilliseconds: max(1, deadline.milliseconds))))
    let end: ProgramRun.End
    do {
      end = try await follow(&hearing, until: began + deadline, onOutput: onOutput)
    } catch MachineError.guestGone(_, let guestEnd) {
      end = .guestGone(guestEnd)
    }
    return ProgramRun(
      end: end, hasStarted: hearing.hasStarted, duration: ContinuousClock.now - began)
  }

  /// Reads a run's records to its end.
  ///
  /// The guest enforces the deadline; the host's own comes later, and then it asks
  /// once more by `kill` before it calls the guest hung.
  private func follow(
    _ hearing: inout ProgramHearing, until deadline: ContinuousClock.Instant,
    onOutput: (ProgramOutput) throws(ListeningEnd) -> Void
  ) async throws -> ProgramRun.End {
    var limit = deadline + deadlines.overdue
    var hasAsked = false
    while true {
      guard let record = try await nextRecord(until: limit) else {
        guard !hasAsked else {
          giveUp(.hung(.program))
          return .guestGone(.hung(.program))
        }
        channel.send(.kill(run: hearing.run))
        hasAsked = true
        limit += deadlines.overdue
        continue
      }
      switch hearing.take(record, isOverdue: ContinuousClock.now >= deadline) {
      case .output(let output):
        do throws(ListeningEnd) {
          try onOutput(output)
        } catch {
          stopListening(error)
        }
      case .end(let end): return end
      case nil: break
      }
    }
  }
}

extension Duration {
  /// Whole milliseconds, rounded up.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}
