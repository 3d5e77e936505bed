import FlyingSocks
import Foundation

/// Answers HTTP/1.1 on one address: heads of bounded size, few connections at once, and nobody is waited for long.
///
/// Of FlyingFox it uses the sockets alone: its own server reads a line of any length and takes any number of
/// connections (docs/decisions/0013-page-server.md).
package final class PageServer: Sendable {
  /// Why it cannot listen.
  package enum Failure: Error, Equatable {
    case inUse(String)
    case denied(String)
    case failed(String, String)
  }

  /// Connections at once; the next ones wait in the kernel's queue.
  private static let maximumConnections = 32
  /// Seconds for a request's head to come, or an answer to go.
  private static let patience = Duration.seconds(10)
  /// Requests on one connection.
  private static let maximumRequests = 1_000

  private let dashboard: Dashboard
  private let socket: Socket
  private let pool: any AsyncSocketPool
  private let work = PageThread()
  package let url: String

  /// Listens.
  ///
  /// - Throws: `Failure`.
  package init(_ dashboard: Dashboard, on address: ListenAddress) throws {
    self.dashboard = dashboard
    pool = Self.makePool()
    do {
      let family = Int32(address.isIPv6 ? AF_INET6 : AF_INET)
      socket = try Socket(domain: family)
      try socket.setValue(true, for: .localAddressReuse)
      if address.isIPv6 {
        try socket.bind(to: .inet6(ip6: address.host, port: address.port))
      } else {
        try socket.bind(to: .inet(ip4: address.host, port: address.port))
      }
      try socket.listen()
      url = address.url(port: try Self.port(socket))
    } catch let error as SocketError {
      throw Failure(error, "\(address.host):\(address.port)")
    }
  }

  private static func makePool() -> some AsyncSocketPool { .ePoll(maxEvents: 64) }

  private static func port(_ socket: Socket) throws -> UInt16 {
    switch try socket.sockname() {
    case .ip4(_, let port), .ip6(_, let port): port
    case .unix: 0
    }
  }

  /// Answers until it is cancelled.
  package func run() async throws {
    try await pool.prepare()
    let listening = try AsyncSocket(socket: socket, pool: pool)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [pool] in try await pool.run() }
      group.addTask { try await self.accept(listening) }
      try await group.next()
      group.cancelAll()
    }
  }

  private func accept(_ listening: AsyncSocket) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var open = 0
      while true {
        if open == Self.maximumConnections {
          try await group.next()
          open -= 1
        }
        let connection: AsyncSocket
        do {
          connection = try await listening.accept()
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          // A client that is gone already, or no descriptor left: wait a little, and go on.
          try await Task.sleep(for: .milliseconds(50))
          continue
        }
        open += 1
        group.addTask { await self.serve(connection) }
      }
    }
  }

  /// All requests of a connection.
  private func serve(_ connection: AsyncSocket) async {
    // A client that went away, or was too slow, is nobody to tell.
    defer { try? connection.close() }  // see above
    var rest: [UInt8] = []
    for _ in 0..<Self.maximumRequests {
      do {
        let before = rest
        let (answer, next, closes, sendsBody) = try await Self.within(Self.patience) {
          try await self.read(connection, before)
        }.answered(by: self)
        guard let answer else { return }
        rest = next
        let head = answer.head(closes: closes)
        let text = sendsBody ? head + answer.body : head
        try await Self.within(Self.patience) { try await connection.write(Data(text.utf8)) }
        if closes { return try await Self.linger(connection) }
      } catch {
        return
      }
    }
  }

  /// Ends a connection so that the client reads the answer to its end: closed over bytes that nobody has read, the kernel resets
  /// it.
  private static func linger(_ connection: AsyncSocket) async throws {
    _ = shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
    try await within(.seconds(1)) {
      var left = 16 * RequestHead.maximumBytes
      while left > 0 { left -= try await connection.read(atMost: 4_096).count }
    }
  }

  /// What came: a head, what followed it, or why there is none.
  fileprivate enum Arrival: Sendable {
    case head(RequestHead, rest: [UInt8])
    case refused(Answer)
    case nothing

    func answered(by server: PageServer) async -> (Answer?, [UInt8], closes: Bool, sendsBody: Bool)
    {
      switch self {
      case .nothing: return (nil, [], true, false)
      case .refused(let answer): return (answer, [], true, true)
      case .head(let head, let rest):
        let answer = await server.answer(head)
        return (answer, rest, head.closes || head.hasBody, head.method != "HEAD")
      }
    }
  }

  private func answer(_ head: RequestHead) async -> Answer {
    await withCheckedContinuation { continuation in
      work.add { continuation.resume(returning: self.dashboard.answer(head)) }
    }
  }

  private func read(_ connection: AsyncSocket, _ before: [UInt8]) async throws -> Arrival {
    var bytes = before
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      if let found = bytes[searched...].firstRange(of: end) {
        guard let head = RequestHead(bytes[..<found.lowerBound]) else {
          return .refused(.trouble(400, "That was no request that this server reads."))
        }
        return .head(head, rest: Array(bytes[found.upperBound...]))
      }
      guard bytes.count < RequestHead.maximumBytes else {
        return .refused(.trouble(431, "A request's head may have 16 KiB."))
      }
      searched = max(0, bytes.count - 3)
      do {
        bytes += try await connection.read(atMost: 4_096)
      } catch SocketError.disconnected {
        return .nothing
      }
    }
  }

  /// Does something, or gives up on it.
  private static func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw CancellationError()
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}

extension PageServer.Failure: CustomStringConvertible {
  fileprivate init(_ error: SocketError, _ address: String) {
    guard case .failed(_, let number, let message) = error else {
      self = .failed(address, error.localizedDescription)
      return
    }
    self =
      switch number {
      case EADDRINUSE: .inUse(address)
      case EACCES, EPERM: .denied(address)
      default: .failed(address, message)
      }
  }

  package var description: String {
    switch self {
    case .inUse(let address):
      """
      \(address) is in use, perhaps by another faultline serve
        try: --listen 127.0.0.1:0, which takes a free port
      """
    case .denied(let address):
      """
      this user may not listen on \(address)
        try: a port above 1023
      """
    case .failed(let address, let why):
      """
      nobody can listen on \(address): \(why)
        try: --listen 127.0.0.1:8017
      """
    }
  }
}
