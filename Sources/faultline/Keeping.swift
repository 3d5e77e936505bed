internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Reports
internal import Results

/// `run --keep`: which guest is kept, and what happens while it is.
struct Keeping: ParsableArguments {
  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Keep the guest of the first case that fails, until Ctrl-C, and say how to look at it.",
      discussion: "Only on a terminal; elsewhere --keep-for says for how long."))
  var keep = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "As --keep, but for so many seconds at most; works without a terminal, too.",
      valueName: "seconds"))
  var keepFor: Int?

  @Flag(name: .long, help: "Let a gdb attach to every guest; the kernel is booted with nokaslr.")
  var gdb = false

  /// Whether a guest is to be kept.
  var isWanted: Bool { keep || keepFor != nil }

  /// How often it is looked whether to go on keeping.
  private static let interval = Duration.milliseconds(200)

  func validate() throws {
    if let keepFor, !(1...604_800).contains(keepFor) {
      throw ValidationError("--keep-for is \(keepFor); expected 1 to 604800 seconds")
    }
    if keep, keepFor == nil, isatty(STDIN_FILENO) != 1 {
      throw ValidationError(
        "--keep waits for Ctrl-C, and standard input is no terminal; "
          + "--keep-for SECONDS ends by itself")
    }
  }

  /// Says that a guest can only be kept or debugged where this process runs it.
  func check(connection: String?) throws {
    if connection != nil, isWanted || gdb {
      throw ValidationError("--keep and --gdb are for guests on this host, without --connect")
    }
  }

  /// What is worth keeping a guest for: what went wrong in it, and is not known.
  func choice(
    _ knownIssues: KnownIssues
  ) -> (@Sendable (CaseResult, Results.GuestRecord) -> Bool)? {
    guard isWanted else { return nil }
    return { result, guest in
      guard [.fail, .crash, .hang, .error].contains(result.verdict) else { return false }
      var run = Run(id: "", guests: [guest], results: [result])
      _ = knownIssues.apply(to: &run, today: .today)
      return run.results.allSatisfy(\.isRed)
    }
  }

  /// Waits while somebody looks at a guest, and answers `faultline dump` meanwhile.
  func hold(_ guest: KeptGuest, on host: Lab.Host, until signals: Signals) async throws {
    let server = try ControlServer(host.controlSocket) { await guest.answer($0) }
    var text = "\n"
    KeptGuestReport(program: Terminal.program).write(guest.record, to: &text)
    let limit = keepFor.map { ContinuousClock.now + .seconds($0) }
    text += keepFor.map { "Ctrl-C ends it, and \($0) s from now.\n" } ?? "Ctrl-C ends it.\n"
    Terminal.err(text)
    while !signals.hasFired, guest.isAlive, limit.map({ ContinuousClock.now < $0 }) ?? true {
      try await Task.sleep(for: Self.interval)
    }
    if !guest.isAlive { Terminal.err("the guest has ended\n") }
    server.stop()
  }
}
