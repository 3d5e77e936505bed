import Foundation
import Results
import Testing

@testable import Lab
@testable import Machine

@Suite("what a process that keeps guests is asked")
struct ControlRequestTests {
  @Test(
    "a request is read as it was written",
    arguments: [ControlRequest.guests, .dump(guest: "debian-6-12-0-1-1-1", path: "/tmp/a b\n\"ü")])
  func roundTrip(_ request: ControlRequest) throws {
    let line = try request.line()
    #expect(line.last == UInt8(ascii: "\n"))
    #expect(line.dropLast().contains(UInt8(ascii: "\n")) == false)
    #expect(try ControlRequest(line: line.dropLast()) == request)
  }

  static let refused: [(String, String)] = [
    ("", "not understood"), ("guests", "not understood"), ("[]", "not understood"),
    (#"{"version":2,"ask":"guests"}"#, "version 2"),
    (#"{"version":1,"ask":"reboot"}"#, "not understood"),
    (#"{"version":1,"ask":"guests","guest":"g"}"#, "not understood"),
    (#"{"version":1,"ask":"dump"}"#, "not understood"),
    (#"{"version":1,"ask":"dump","guest":"g"}"#, "not understood"),
    (#"{"version":1,"ask":"dump","guest":"g","path":"x.elf"}"#, "not absolute"),
    (#"{"version":1,"ask":"dump","guest":"g","path":""}"#, "not absolute"),
    (#"{"version":1,"ask":"dump","guest":"g","path":"/a\u0000b"}"#, "not absolute"),
    (
      "{\"version\":1,\"ask\":\"dump\",\"guest\":\"g\",\"path\":\"/"
        + String(repeating: "x", count: 4_096) + "\"}", "longer"
    ),
    (
      "{\"version\":1,\"ask\":\"dump\",\"path\":\"/x\",\"guest\":\""
        + String(repeating: "g", count: 101) + "\"}", "no guest"
    ),
    (String(repeating: " ", count: 20_000), "longer than"),
  ]

  @Test("anything else is refused, with the reason", arguments: refused)
  func refusals(_ line: String, _ words: String) {
    #expect {
      try ControlRequest(line: Data(line.utf8))
    } throws: {
      "\($0)".contains(words)
    }
  }
}

@Suite("the socket of a process that keeps guests")
struct ControlSocketTests {
  /// Does what blocks on a thread of its own: the answer comes from one of Swift's, of which there are few.
  private func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
  }

  private func ask(_ request: ControlRequest) async throws -> ControlAnswer {
    try await blocking { [path] in try ControlSocket.ask(request, at: path) }
  }

  private let path =
    FileManager.default.temporaryDirectory.path
    + "/faultline-\(UUID().uuidString.prefix(8))"

  @Test("one request after the other is answered, and what is no request is refused")
  func answers() async throws {
    let server = try ControlServer(path) { request in
      request == .guests ? .guests([]) : .refused("no")
    }
    defer { server.stop() }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    for _ in 0..<3 {
      #expect(try await ask(.guests) == .guests([]))
      #expect(try await ask(.dump(guest: "g", path: "/x")) == .refused("no"))
    }
    let garbage = try ControlSocket.make(path) { connect($0, $1, $2) }
    defer { close(garbage) }
    // No line break ever comes: at the bound it is read all the same.
    try ControlSocket.write(Data(repeating: 32, count: 16 << 10), to: garbage)
    let answer = try await blocking {
      ControlSocket.read(from: garbage, atMost: 1 << 20, until: nil)
    }
    #expect(
      try JSONDecoder().decode(ControlAnswer.self, from: answer)
        == .refused("the request is not understood"))
    #expect(try await ask(.guests) == .guests([]))
  }

  @Test("who asks and leaves, or says nothing, keeps nobody else from being answered")
  func impolite() async throws {
    let server = try ControlServer(path) { _ in .guests([]) }
    defer { server.stop() }
    let leaving = try ControlSocket.make(path) { connect($0, $1, $2) }
    try ControlSocket.write(try ControlRequest.guests.line(), to: leaving)
    close(leaving)
    let silent = try ControlSocket.make(path) { connect($0, $1, $2) }
    shutdown(silent, CInt(SHUT_WR))
    defer { close(silent) }
    #expect(try await ask(.guests) == .guests([]))
  }

  @Test("a socket whose process is gone is told from one that answers")
  func stale() throws {
    let listener = try ControlSocket.make(path) { bind($0, $1, $2) }
    listen(listener, 1)
    close(listener)
    #expect(throws: ControlSocket.Failure.stale) { try ControlSocket.ask(.guests, at: path) }
    unlink(path)
    #expect(throws: ControlSocket.Failure.stale) { try ControlSocket.ask(.guests, at: path) }
    #expect {
      try ControlSocket.ask(.guests, at: "/" + String(repeating: "x", count: 200))
    } throws: {
      "\($0)".contains("too long")
    }
  }
}

@Suite("a result that the guest is kept for")
struct KeepingEarTests {
  @Test("ends the listening at its line, and the cases behind it wait for another guest")
  func stops() throws {
    let planned = ["a", "b", "c"].map {
      PlannedCase(kernel: "k", machine: "m", suite: "s", name: $0)
    }
    let ear = SuiteEar(
      "s", planned: planned, kernel: "k", log: nil, isForKeeping: { $0.verdict == .fail },
      report: { _ in })
    let lines = [
      "KTAP version 1", "1..3", "# case a", "ok 1 a # time_ms=1", "# case b", "# expected 1",
      "# seen 2",
    ]
    for line in lines { try ear.hear(ProgramOutput(.out, line)) }
    #expect(throws: ListeningEnd.kept) {
      try ear.hear(ProgramOutput(.out, "not ok 2 b # time_ms=1"))
    }
    ear.end(ProgramRun(end: .guestGone(.kept), hasStarted: true, duration: .zero))
    let results = ear.conclude().results
    #expect(results.map(\.verdict) == [.pass, .fail, .missing])
    #expect(results.map(\.waitsForAnotherGuest) == [false, false, true])
  }
}
