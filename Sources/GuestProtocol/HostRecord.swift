/// What the host says (docs/protocol.md, "Host to guest").
public enum HostRecord: Equatable, Sendable {
  /// Asks for a greeting with this nonce; a guest that comes from a saved state has an old clock and old randomness,
  /// so it gets the time, in milliseconds since 1970, and fresh bytes in hexadecimal.
  case greet(nonce: String, wallMilliseconds: Int64, entropy: String)
  /// `length` raw bytes follow.
  case push(digest: String, name: String, length: Int, check: String)
  case run(RunRequest)
  case kill(run: Int64)
  case sysrq(keys: String)
  case ping(nonce: String)
  case poweroff

  /// The record to write.
  public var record: Record {
    switch self {
    case .greet(let nonce, let wallMilliseconds, let entropy):
      Record(
        kind: "greet",
        fields: [
          ("nonce", .text(nonce)), ("wall_ms", .integer(wallMilliseconds)),
          ("entropy", .text(entropy)),
        ])
    case .push(let digest, let name, let length, let check):
      Record(
        kind: "push",
        fields: [
          ("digest", .text(digest)), ("name", .text(name)), ("length", .integer(Int64(length))),
          ("check", .text(check)),
        ])
    case .run(let request): request.record
    case .kill(let run): Record(kind: "kill", fields: [("run", .integer(run))])
    case .sysrq(let keys): Record(kind: "sysrq", fields: [("keys", .text(keys))])
    case .ping(let nonce): Record(kind: "ping", fields: [("nonce", .text(nonce))])
    case .poweroff: Record(kind: "poweroff")
    }
  }

  /// Reads a record; nil when its kind is unknown or a field it needs is missing or out of bounds.
  public init?(_ record: Record) {
    switch record.kind {
    case "greet":
      self = .greet(
        nonce: record.text("nonce") ?? "", wallMilliseconds: record.integer("wall_ms") ?? 0,
        entropy: record.text("entropy") ?? "")
    case "push":
      guard let digest = record.text("digest"), let name = record.text("name"),
        let length = record.integer("length"), let check = record.text("check"),
        length > 0, length <= Int64(Limits.programBytes)
      else { return nil }
      self = .push(digest: digest, name: name, length: Int(length), check: check)
    case "run":
      guard let request = RunRequest(record) else { return nil }
      self = .run(request)
    case "kill":
      guard let run = record.integer("run") else { return nil }
      self = .kill(run: run)
    case "sysrq":
      guard let keys = record.text("keys") else { return nil }
      self = .sysrq(keys: keys)
    case "ping": self = .ping(nonce: record.text("nonce") ?? "")
    case "poweroff": self = .poweroff
    default: return nil
    }
  }
}

/// A request to execute a pushed program.
public struct RunRequest: Equatable, Sendable {
  /// The host's number for this execution.
  public var run: Int64
  public var digest: String
  /// `argv[0]`.
  public var name: String
  /// The arguments after `argv[0]`.
  public var arguments: [String]
  public var environment: [Fact]
  /// How long the program may take, in milliseconds.
  public var deadlineMilliseconds: Int64

  public init(
    run: Int64, digest: String, name: String, arguments: [String], environment: [Fact],
    deadlineMilliseconds: Int64
  ) {
    self.run = run
    self.digest = digest
    self.name = name
    self.arguments = arguments
    self.environment = environment
    self.deadlineMilliseconds = deadlineMilliseconds
  }

  init?(_ record: Record) {
    guard let run = record.integer("run"), let digest = record.text("digest"),
      let name = record.text("name"), let deadline = record.integer("deadline_ms"), deadline > 0
    else { return nil }
    let arguments = record.list("args")
    let environment = record.map("env")
    guard arguments.count <= Limits.arguments, environment.count <= Limits.arguments else {
      return nil
    }
    for argument in arguments where argument.utf8.count > Limits.argumentBytes { return nil }
    self.init(
      run: run, digest: digest, name: name, arguments: arguments, environment: environment,
      deadlineMilliseconds: deadline)
  }

  var record: Record {
    Record(
      kind: "run",
      fields: [
        ("run", .integer(run)), ("digest", .text(digest)), ("name", .text(name)),
        ("args", .list(arguments)), ("env", .map(environment)),
        ("deadline_ms", .integer(deadlineMilliseconds)),
      ])
  }
}
