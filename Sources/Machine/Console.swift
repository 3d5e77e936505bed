internal import Glibc
internal import Libvirt
internal import Synchronization

/// A guest's console: every byte goes to a file up to a bound, and to the caller in order.
package final class Console: Sendable {
  /// The largest console log; a kernel that prints in a loop must not fill the disk.
  package static let maximumBytes = 64 << 20
  /// How much of the end is kept in memory, for messages.
  private static let tailBytes = 4 << 10

  private struct State {
    var file: CInt = -1
    var byteCount = 0
    var tail: [UInt8] = []
    var onPanic: (@Sendable () -> Void)?
  }

  /// The last line of a kernel that panicked, and does not reset.
  static let panicMark = "---[ end Kernel panic"

  private let state: Mutex<State>
  private let onBytes: @Sendable (UnsafeRawBufferPointer) -> Void

  /// - Parameters:
  ///   - path: the log to append to; nil writes none.
  ///   - onBytes: gets the bytes in order on libvirt's event thread, and so must be quick. They are valid during the
  ///     call only. It gets them all, beyond the log's bound too.
  /// - Throws: `MachineError.noFile` when the log cannot be opened.
  package init(
    log path: String?, onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Void = { _ in }
  ) throws(MachineError) {
    var file: CInt = -1
    if let path {
      file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard file >= 0 else {
        throw .noFile(path: path, cause: String(cString: strerror(errno)))
      }
    }
    self.onBytes = onBytes
    state = Mutex(State(file: file))
  }

  deinit {
    let file = state.withLock { $0.file }
    if file >= 0 { Glibc.close(file) }
  }

  /// How many bytes the guest has printed.
  package var byteCount: Int { state.withLock { $0.byteCount } }

  /// The last 4 to 8 KiB.
  var tail: String { String(decoding: state.withLock { $0.tail }, as: UTF8.self) }

  /// The last line that holds anything but white space, at most 4 KiB.
  package var lastLine: String {
    let tail = state.withLock { $0.tail }
    let lines = tail.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    let line = lines.last { $0.contains { $0 > UInt8(ascii: " ") } }
    return String(decoding: line ?? [], as: UTF8.self)
  }

  /// Calls `body`, on libvirt's event thread, when the last line of a panic is shown; whoever writes it.
  func watchForPanic(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.onPanic = body }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    let onPanic: (@Sendable () -> Void)? = state.withLock { state in
      write(bytes, &state)
      state.byteCount += bytes.count
      state.tail.append(contentsOf: bytes.suffix(Self.tailBytes))
      if state.tail.count > 2 * Self.tailBytes {
        state.tail.removeFirst(state.tail.count - Self.tailBytes)
      }
      guard let onPanic = state.onPanic else { return nil }
      let mark = Array(Self.panicMark.utf8)
      let fresh = state.tail.suffix(min(bytes.count, Self.tailBytes) + mark.count - 1)
      return fresh.contains(mark) ? onPanic : nil
    }
    onBytes(bytes)
    onPanic?()
  }

  private func write(_ bytes: UnsafeRawBufferPointer, _ state: inout State) {
    guard state.file >= 0, state.byteCount < Self.maximumBytes else { return }
    var rest = bytes.prefix(Self.maximumBytes - state.byteCount)
    while !rest.isEmpty {
      let count = Glibc.write(
        state.file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      // A full disk costs the log, not the run.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
    guard state.byteCount + bytes.count >= Self.maximumBytes else { return }
    let note = "\n[faultline: the console log ends here, at \(Self.maximumBytes >> 20) MiB]\n"
    _ = Array(note.utf8).withUnsafeBytes { Glibc.write(state.file, $0.baseAddress, $0.count) }
  }
}
