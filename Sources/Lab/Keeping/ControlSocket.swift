internal import Foundation
internal import Glibc

/// A Unix socket on which a process that keeps guests is asked by others of the same user: a line with a request, one
/// answer, end.
package enum ControlSocket {
  /// Why nobody answers.
  package enum Failure: Error, Equatable, Sendable {
    /// The socket is there, and whoever made it is not.
    case stale
    case failed(String)
  }

  /// The longest answer: some guests, each with a few paths.
  static let maximumAnswer = 1 << 20
  /// For a request to come, and for an answer to be taken: both are small.
  static let patience = 5
  /// For an answer to come: that of a dump takes as long as the memory takes to write.
  private static let answerPatience = 1_000

  /// Asks once.
  ///
  /// - Throws: `Failure`.
  package static func ask(_ request: ControlRequest, at path: String) throws -> ControlAnswer {
    let socket = try make(path) { connect($0, $1, $2) }
    defer { close(socket) }
    setPatience(socket, receiving: answerPatience, sending: patience)
    try write(try request.line(), to: socket)
    let answer = read(from: socket, atMost: maximumAnswer, until: nil)
    do {
      return try JSONDecoder().decode(ControlAnswer.self, from: answer)
    } catch {
      throw Failure.failed("the process at \(path) gave no answer")
    }
  }

  /// A socket that is bound or connected to a path.
  static func make(
    _ path: String,
    _ act: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) throws(Failure) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .failed("\(path) is too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .failed(String(cString: strerror(errno))) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        act(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let error = errno
      close(descriptor)
      throw error == ECONNREFUSED || error == ENOENT
        ? .stale : .failed("\(path): \(String(cString: strerror(error)))")
    }
    return descriptor
  }

  /// Bounds how long a call on a socket waits, in seconds.
  static func setPatience(_ socket: CInt, receiving: Int, sending: Int) {
    for (option, seconds) in [(SO_RCVTIMEO, receiving), (SO_SNDTIMEO, sending)] {
      var time = timeval(tv_sec: seconds, tv_usec: 0)
      setsockopt(socket, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  /// Reads up to a byte or the end; what came by then when nothing more comes in time.
  static func read(from socket: CInt, atMost limit: Int, until end: UInt8?) -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while data.count < limit {
      let count = recv(socket, &buffer, min(buffer.count, limit - data.count), 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      let bytes = buffer[..<count]
      if let end, let index = bytes.firstIndex(of: end) { return data + bytes[..<index] }
      data += bytes
    }
    return data
  }

  /// - Throws: `Failure` when the other end does not take it all.
  static func write(_ data: Data, to socket: CInt) throws(Failure) {
    var rest = Array(data)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .failed(String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
  }
}
