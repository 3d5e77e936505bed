import CInit
import GuestProtocol

/// The reading end of a program's stdout or stderr.
struct OutputStream {
  /// -1 once the pipe has ended.
  private(set) var descriptor: CInt
  private var lines = OutputLines()
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)

  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  /// Reads a bounded share of what is there; answers whether there was anything.
  mutating func read(_ each: (String) -> Void) -> Bool {
    var moved = false
    for _ in 0..<8 where descriptor >= 0 {
      let file = descriptor
      let count = buffer.withUnsafeMutableBytes { ci_read(file, $0.baseAddress, $0.count) }
      if count == -Int(CI_EAGAIN) { break }
      guard count > 0 else {
        ci_close(descriptor)
        descriptor = -1
        break
      }
      moved = true
      buffer.withUnsafeBytes {
        lines.append(UnsafeRawBufferPointer(rebasing: $0[0..<count]), each: each)
      }
    }
    return moved
  }

  /// Closes the pipe and answers the last line, when it had no line break.
  mutating func close() -> String? {
    if descriptor >= 0 { ci_close(descriptor) }
    descriptor = -1
    return lines.finish()
  }
}
