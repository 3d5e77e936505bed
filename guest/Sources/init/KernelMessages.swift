import CInit

/// The kernel's log: what it says from init's start on, and the lines init adds to it.
///
/// What the kernel said before is on the console, which the host reads anyhow.
final class KernelMessages {
  /// Readable when there is a record; -1 when the kernel has no /dev/kmsg.
  let descriptor: CInt

  private let writer: CInt
  private var record = [UInt8](repeating: 0, count: 16 << 10)

  init() {
    descriptor = ci_open("/dev/kmsg", CI_READ | CI_NONBLOCK)
    writer = ci_open("/dev/kmsg", CI_WRITE)
    if descriptor >= 0 { ci_seek_end(descriptor) }
  }

  /// Adds a line at error level, which reaches the console at every log level in use.
  func write(_ text: String) {
    guard writer >= 0 else { return }
    var line = "<3>faultline: " + text
    _ = line.withUTF8 { ci_write(writer, $0.baseAddress, $0.count) }
  }

  /// Gives the records that have come to `take`, at most `limit` of them.
  func read(limit: Int, _ take: (String) -> Void) {
    guard descriptor >= 0 else { return }
    for _ in 0..<limit {
      let count = record.withUnsafeMutableBytes { ci_read(descriptor, $0.baseAddress, $0.count) }
      if count == -Int(CI_EPIPE) {
        take("4,0,0,-;faultline: the kernel's log overran, records are lost")
        continue
      }
      guard count > 0 else { return }
      take(text(count))
    }
  }

  private func text(_ count: Int) -> String {
    var end = count
    while end > 0, record[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    return String(decoding: record[0..<end], as: UTF8.self)
  }
}
