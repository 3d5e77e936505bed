import CInit
import GuestProtocol

/// PID 1 once the machine is set up: one loop over the port, the running program, the kernel's log and dead children.
final class Agent {
  private let setUp: SetUp
  private let setUpMilliseconds: Int64
  private let port: Port
  private let log: KernelMessages
  private let children: CInt
  private var reader = RecordReader()
  private var programs = Programs()
  private var execution: Execution?

  /// How long the host may keep its end of the port closed before the guest powers off.
  private static let hostPatience: Int64 = 30_000
  /// How often a port whose other end is closed is asked again.
  private static let closedPoll: Int64 = 20
  /// Kernels before 6.1 can lose a wake-up of the port: look at it this often in any case.
  private static let idlePoll: Int64 = 250

  init(setUp: SetUp, port: Port, log: KernelMessages, children: CInt, began: Int64) {
    self.setUp = setUp
    self.port = port
    self.log = log
    self.children = children
    setUpMilliseconds = ci_uptime_ms() - began
  }

  /// Serves the host until it wants the guest off or has gone away.
  func serve() {
    hello(nonce: "")
    while true {
      port.flush()
      wait()
      reap()
      advance()
      if !port.isFull { log.read(limit: 64) { port.say(.kmsg(text: $0)) } }
      if !port.isFull { receive() }
      if let since = port.closedSince, ci_uptime_ms() - since >= Self.hostPatience {
        powerOff("the host has closed the record port")
      }
    }
  }

  // MARK: - Waiting

  /// Waits until there is something to do.
  ///
  /// Every source is non-blocking, so nobody needs to know which it was.
  private func wait() {
    let isOpen = port.closedSince == nil
    let pipes = port.isFull ? nil : execution?.descriptors
    let portEvents = CI_POLL_IN | (port.hasWaiting ? CI_POLL_OUT : 0)
    let polls: [ci_pollfd] = [
      ci_pollfd(fd: isOpen ? port.descriptor : -1, events: portEvents, revents: 0),
      ci_pollfd(fd: children, events: CI_POLL_IN, revents: 0),
      ci_pollfd(fd: port.isFull ? -1 : log.descriptor, events: CI_POLL_IN, revents: 0),
      ci_pollfd(fd: pipes?.output ?? -1, events: CI_POLL_IN, revents: 0),
      ci_pollfd(fd: pipes?.errors ?? -1, events: CI_POLL_IN, revents: 0),
    ]
    var answers = polls
    _ = ci_poll(&answers, answers.count, timeout(isOpen: isOpen))
    if isOpen { port.noteState(answers[0].revents) } else { port.noteState() }
  }

  private func timeout(isOpen: Bool) -> CInt {
    var timeout = isOpen ? Self.idlePoll : Self.closedPoll
    if let execution { timeout = min(timeout, execution.nextLook - ci_uptime_ms()) }
    return CInt(max(timeout, 0))
  }

  /// Reaps every child that has ended: the program, and orphans it left to PID 1.
  private func reap() {
    var signals = [UInt8](repeating: 0, count: 1024)
    guard ci_read(children, &signals, signals.count) > 0 else { return }
    var status: CInt = 0
    while case let pid = ci_reap(&status), pid > 0 {
      if let execution, execution.pid == pid { execution.ended(status) }
    }
  }

  /// Moves the running program's output on, and reports its end.
  private func advance() {
    guard let execution else { return }
    if !port.isFull { execution.read { port.say($0) } }
    guard !port.isFull, let outcome = execution.outcome() else { return }
    self.execution = nil
    execution.close { port.say($0) }
    log.write("suite \(execution.name) end")
    // What the kernel said while the program ran comes before the program's end.
    log.read(limit: 4096) { port.say(.kmsg(text: $0)) }
    port.say(outcome)
  }

  // MARK: - Requests

  private func receive() {
    port.receive(pieces: 64) { bytes in
      reader.append(bytes)
      while let item = reader.next() {
        switch item {
        case .record(let record): obey(record)
        case .raw(let bytes):
          if let answer = programs.take(bytes) { port.say(answer) }
        case .garbage, .gap: continue
        }
      }
    }
  }

  private func obey(_ record: Record) {
    guard let request = HostRecord(record) else { return refuse(record) }
    switch request {
    case .greet(let nonce, let wallMilliseconds, let entropy):
      if wallMilliseconds > 0 { ci_set_wall_clock(wallMilliseconds) }
      ci_mix_entropy(entropy)
      hello(nonce: nonce)
    case .push(let digest, let name, let length, let check):
      programs.expect(digest: digest, name: name, length: length, check: check)
      reader.expectRaw(length)
    case .run(let request): run(request)
    case .kill(let run): if let execution, execution.run == run { execution.kill() }
    case .sysrq(let keys): sysrq(keys)
    case .ping(let nonce): port.say(.pong(nonce: nonce))
    case .poweroff: powerOff(nil)
    }
  }

  /// Answers a request that breaks a bound; one of an unknown kind is ignored.
  private func refuse(_ record: Record) {
    if record.kind == "push", let length = record.integer("length"), length > 0 {
      let bytes = Int(clamping: length)
      programs.skip(
        about: short(record.text("digest") ?? ""), length: bytes,
        reason:
          "a push needs digest, name and check, and a length of at most \(Limits.programBytes)")
      reader.expectRaw(bytes)
    } else if record.kind == "run" {
      let about = record.integer("run").map { String($0) } ?? ""
      port.say(
        .refused(
          about: about,
          reason:
            "a run needs digest, name and deadline_ms, and at most \(Limits.arguments) arguments"))
    }
  }

  private func run(_ request: RunRequest) {
    let about = String(request.run)
    if let execution {
      return port.say(.refused(about: about, reason: "run \(execution.run) has not ended"))
    }
    guard let program = programs[request.digest] else {
      return port.say(
        .refused(about: about, reason: "no program \(short(request.digest)) was pushed"))
    }
    guard Execution.isFileName(request.name) else {
      return port.say(
        .refused(about: about, reason: "\"\(short(request.name))\" is no file name"))
    }
    log.write("suite \(request.name) start")
    switch Execution.start(request, program) {
    case .success(let execution):
      self.execution = execution
      port.say(.started(run: execution.run, pid: Int64(execution.pid)))
    case .failure(let failure):
      log.write("suite \(request.name) end")
      port.say(.refused(about: about, reason: failure.reason))
    }
  }

  private func sysrq(_ keys: String) {
    port.drain(milliseconds: 200)
    for key in keys.utf8.prefix(16) {
      _ = Files.write(String(Unicode.Scalar(key)), to: "/proc/sysrq-trigger")
    }
  }

  private func hello(nonce: String) {
    let facts = Facts.gather(setUp, setUpMilliseconds: setUpMilliseconds)
    var problems = setUp.problems
    for expected in setUp.expectations {
      let seen = facts.first { $0.name == expected.name }?.text ?? "nothing"
      if seen != expected.text {
        problems.append("\(expected.name) is \(seen), not \(expected.text)")
      }
    }
    port.say(.hello(nonce: nonce, facts: facts, problems: Array(problems.prefix(64))))
  }

  private func powerOff(_ reason: String?) {
    if let reason { log.write(reason + ", powering off") }
    port.say(.bye)
    port.drain(milliseconds: 1000)
    _ = ci_power_off()
    _ = ci_restart()
  }

  /// A text of the host's as it may stand in a record or a line of the log.
  private func short(_ text: String) -> String {
    String(decoding: text.utf8.prefix(100), as: UTF8.self)
  }
}
