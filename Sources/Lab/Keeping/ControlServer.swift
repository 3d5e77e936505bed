internal import Dispatch
internal import Foundation
internal import Glibc

/// Answers other processes of this user, one request at a time, until it is stopped.
package final class ControlServer: Sendable {
  private let listener: CInt
  private let path: String

  /// Begins to answer on a socket that only this user can connect to.
  ///
  /// - Parameters:
  ///   - path: of the socket, which is made; below 108 bytes.
  ///   - answer: is called for one request after the other.
  /// - Throws: `ControlSocket.Failure`.
  package init(
    _ path: String, answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
  ) throws {
    listener = try ControlSocket.make(path) { socket, address, length in
      // The path leads through a directory in which others may look for names they know.
      let mask = umask(0o177)
      defer { umask(mask) }
      return bind(socket, address, length)
    }
    self.path = path
    guard listen(listener, 4) == 0 else {
      let cause = String(cString: strerror(errno))
      close(listener)
      throw ControlSocket.Failure.failed(cause)
    }
    Thread.detachNewThread { [listener] in Self.serve(listener, answer) }
  }

  /// Answers no more; who is connected gets what was begun.
  package func stop() {
    unlink(path)
    // Wakes the thread, which closes the descriptor.
    shutdown(listener, CInt(SHUT_RDWR))
  }

  private static func serve(
    _ listener: CInt, _ answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
  ) {
    defer { close(listener) }
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        if errno == EMFILE || errno == ENFILE {
          usleep(100_000)
          continue
        }
        return
      }
      ControlSocket.setPatience(
        connection, receiving: ControlSocket.patience, sending: ControlSocket.patience)
      if isOurs(connection) {
        let line = ControlSocket.read(
          from: connection, atMost: ControlRequest.maximumBytes, until: UInt8(ascii: "\n"))
        reply(to: line, on: connection, answer)
      }
      close(connection)
    }
  }

  private static func reply(
    to line: Data, on connection: CInt,
    _ answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
  ) {
    let done = DispatchSemaphore(value: 0)
    Task {
      let reply: ControlAnswer
      do throws(ControlRequest.Refusal) {
        reply = await answer(try ControlRequest(line: line))
      } catch {
        reply = .refused(error.description)
      }
      // Who asked may have gone, and then nobody misses the answer.
      try? ControlSocket.write(try JSONEncoder().encode(reply), to: connection)  // see above
      done.signal()
    }
    done.wait()
  }

  /// Whether this user is at the other end.
  private static func isOurs(_ connection: CInt) -> Bool {
    // struct ucred, which glibc shows to GNU sources only: process, user, group.
    var peer: (pid: pid_t, user: uid_t, group: gid_t) = (0, uid_t.max, 0)
    var length = socklen_t(MemoryLayout.size(ofValue: peer))
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0
      && peer.user == geteuid()
  }
}
