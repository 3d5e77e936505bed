/// What the guest says (docs/protocol.md, "Guest to host").
public enum GuestRecord: Equatable, Sendable {
  case hello(nonce: String, facts: [Fact], problems: [String])
  case pushed(digest: String)
  /// `about` is the digest or the run number that was refused.
  case refused(about: String, reason: String)
  case started(run: Int64, pid: Int64)
  case out(run: Int64, text: String)
  case err(run: Int64, text: String)
  case exited(run: Int64, status: Int64)
  case signalled(run: Int64, signal: Int64)
  case kmsg(text: String)
  case pong(nonce: String)
  case bye

  /// The record to write.
  public var record: Record {
    switch self {
    case .hello(let nonce, let facts, let problems):
      Record(
        kind: "hello",
        fields: [("nonce", .text(nonce)), ("facts", .map(facts)), ("problems", .list(problems))])
    case .pushed(let digest): Record(kind: "pushed", fields: [("digest", .text(digest))])
    case .refused(let about, let reason):
      Record(kind: "refused", fields: [("about", .text(about)), ("reason", .text(reason))])
    case .started(let run, let pid):
      Record(kind: "started", fields: [("run", .integer(run)), ("pid", .integer(pid))])
    case .out(let run, let text):
      Record(kind: "out", fields: [("run", .integer(run)), ("text", .text(text))])
    case .err(let run, let text):
      Record(kind: "err", fields: [("run", .integer(run)), ("text", .text(text))])
    case .exited(let run, let status):
      Record(kind: "ended", fields: [("run", .integer(run)), ("status", .integer(status))])
    case .signalled(let run, let signal):
      Record(kind: "ended", fields: [("run", .integer(run)), ("signal", .integer(signal))])
    case .kmsg(let text): Record(kind: "kmsg", fields: [("text", .text(text))])
    case .pong(let nonce): Record(kind: "pong", fields: [("nonce", .text(nonce))])
    case .bye: Record(kind: "bye")
    }
  }

  /// Reads a record; nil when its kind is unknown or a field it needs is missing.
  public init?(_ record: Record) {
    switch record.kind {
    case "hello":
      self = .hello(
        nonce: record.text("nonce") ?? "", facts: record.map("facts"),
        problems: record.list("problems"))
    case "pushed":
      guard let digest = record.text("digest") else { return nil }
      self = .pushed(digest: digest)
    case "refused":
      guard let about = record.text("about") else { return nil }
      self = .refused(about: about, reason: record.text("reason") ?? "no reason given")
    case "pong": self = .pong(nonce: record.text("nonce") ?? "")
    case "bye": self = .bye
    case "kmsg":
      guard let text = record.text("text") else { return nil }
      self = .kmsg(text: text)
    default:
      guard let run = record.integer("run"),
        let program = GuestRecord(ofRun: run, record)
      else { return nil }
      self = program
    }
  }

  private init?(ofRun run: Int64, _ record: Record) {
    switch record.kind {
    case "started":
      guard let pid = record.integer("pid") else { return nil }
      self = .started(run: run, pid: pid)
    case "out":
      guard let text = record.text("text") else { return nil }
      self = .out(run: run, text: text)
    case "err":
      guard let text = record.text("text") else { return nil }
      self = .err(run: run, text: text)
    case "ended":
      if let signal = record.integer("signal") {
        self = .signalled(run: run, signal: signal)
      } else if let status = record.integer("status") {
        self = .exited(run: run, status: status)
      } else {
        return nil
      }
    default: return nil
    }
  }
}
