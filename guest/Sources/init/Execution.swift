import CInit
import GuestProtocol

/// One program while it runs, from fork to `ended`.
final class Execution {
  let run: Int64
  let name: String
  let pid: CInt
  /// Whether init ends the program, by deadline or request, at `killedAt`.
  private(set) var killedAt: Int64?

  private let deadline: Int64
  private var output: OutputStream
  private var errors: OutputStream
  /// The wait status, once the program was reaped.
  private var status: CInt?
  /// When the program's end, or its last output after that, was seen.
  private var quietSince: Int64 = 0

  /// How long a killed program may take to be reaped: one in D state never is.
  private static let reapPatience: Int64 = 500
  /// How long a pipe may stay open and silent after the program's end: a process it left behind may hold it.
  private static let quietPatience: Int64 = 300

  private init(request: RunRequest, pid: CInt, output: CInt, errors: CInt) {
    run = request.run
    name = request.name
    self.pid = pid
    deadline = ci_uptime_ms() + request.deadlineMilliseconds
    self.output = OutputStream(output)
    self.errors = OutputStream(errors)
  }

  /// The pipes to poll; -1 for one that has ended.
  var descriptors: (output: CInt, errors: CInt) { (output.descriptor, errors.descriptor) }

  /// When the execution wants to be looked at again, in milliseconds of uptime.
  var nextLook: Int64 {
    if status != nil { return quietSince + Self.quietPatience }
    if let killedAt { return killedAt + Self.reapPatience }
    return deadline
  }

  /// Reads what the program has written, and gives it to `say` line by line.
  func read(_ say: (GuestRecord) -> Void) {
    let run = run
    var moved = output.read { say(.out(run: run, text: $0)) }
    moved = errors.read { say(.err(run: run, text: $0)) } || moved
    if moved { quietSince = ci_uptime_ms() }
  }

  /// Kills the program and everything it left behind: PID 1 may signal all processes but itself.
  func kill() {
    ci_kill(-1, CI_SIGKILL)
    if killedAt == nil { killedAt = ci_uptime_ms() }
  }

  /// Takes the program's wait status.
  func ended(_ status: CInt) {
    self.status = status
    quietSince = ci_uptime_ms()
    ci_kill(-1, CI_SIGKILL)
  }

  /// The last record, when the program and its output have ended or may no longer be waited for.
  func outcome() -> GuestRecord? {
    let now = ci_uptime_ms()
    guard let status else {
      if killedAt == nil, now >= deadline { kill() }
      guard let killedAt, now >= killedAt + Self.reapPatience else { return nil }
      return .signalled(run: run, signal: Int64(CI_SIGKILL))
    }
    let isSilent = output.descriptor < 0 && errors.descriptor < 0
    guard isSilent || now >= quietSince + Self.quietPatience else { return nil }
    return ci_exited(status) != 0
      ? .exited(run: run, status: Int64(ci_exit_status(status)))
      : .signalled(run: run, signal: Int64(ci_term_signal(status)))
  }

  /// Closes the pipes and gives the last lines, those without a line break, to `say`.
  func close(_ say: (GuestRecord) -> Void) {
    if let text = output.close() { say(.out(run: run, text: text)) }
    if let text = errors.close() { say(.err(run: run, text: text)) }
  }
}

extension Execution {
  /// The directory of links that give a program its name: splats show the name it was executed by.
  private static let directory = "/faultline/run"

  /// Why a program could not be started.
  struct Failure: Error {
    let reason: String

    init(_ what: String, _ result: CInt) {
      reason = what + ": " + errorName(result)
    }
  }

  /// Starts a program, whose name must be a file name.
  static func start(_ request: RunRequest, _ program: Program) -> Result<Execution, Failure> {
    let link = directory + "/" + request.name
    ci_mkdir(directory)
    ci_unlink(link)
    var result = ci_symlink("/proc/self/fd/" + String(program.memory), link)
    guard result == 0 else { return .failure(Failure("\(link) cannot be made", result)) }
    var (output, outputEnd, errors, errorsEnd): (CInt, CInt, CInt, CInt) = (-1, -1, -1, -1)
    result = ci_pipe(&output, &outputEnd)
    guard result == 0 else { return .failure(Failure("there is no pipe for stdout", result)) }
    defer { ci_close(outputEnd) }
    result = ci_pipe(&errors, &errorsEnd)
    guard result == 0 else {
      ci_close(output)
      return .failure(Failure("there is no pipe for stderr", result))
    }
    defer { ci_close(errorsEnd) }
    result = spawn(link, request, output: outputEnd, errors: errorsEnd)
    guard result > 0 else {
      ci_close(output)
      ci_close(errors)
      return .failure(Failure("the program cannot be executed", result))
    }
    return .success(Execution(request: request, pid: result, output: output, errors: errors))
  }

  private static func spawn(
    _ path: String, _ request: RunRequest, output: CInt, errors: CInt
  ) -> CInt {
    var environment = [
      Fact("PATH", "/bin:/sbin:/usr/bin:/usr/sbin"), Fact("HOME", "/tmp"),
      Fact("FAULTLINE_MARKERS", "1"),
    ]
    for fact in request.environment {
      environment.removeAll { $0.name == fact.name }
      environment.append(fact)
    }
    return withCStrings([request.name] + request.arguments) { arguments in
      withCStrings(environment.map { $0.name + "=" + $0.text }) { environment in
        path.withCString { path in
          "/tmp".withCString { directory in
            Cgroups.program.withCString { cgroup in
              var program = ci_program(
                program: path, arguments: arguments, environment: environment,
                directory: directory, cgroup: cgroup, output: output, errors: errors)
              return ci_spawn(&program)
            }
          }
        }
      }
    }
  }

  /// Whether a program may be executed by this name.
  static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 100 && name != "." && name != ".."
      && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 < 0x7f }
  }
}

/// Calls `body` with a NULL-terminated vector of NUL-terminated strings.
private func withCStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  var bytes: [CChar] = []
  var offsets: [Int] = []
  for string in strings {
    offsets.append(bytes.count)
    for byte in string.utf8 where byte != 0 { bytes.append(CChar(bitPattern: byte)) }
    bytes.append(0)
  }
  return bytes.withUnsafeMutableBufferPointer { buffer in
    let base = buffer.baseAddress
    var vector: [UnsafeMutablePointer<CChar>?] = offsets.map { base?.advanced(by: $0) }
    vector.append(nil)
    return vector.withUnsafeBufferPointer { vector in
      guard let first = vector.baseAddress else { preconditionFailure("an array has an address") }
      return body(first)
    }
  }
}
