/// Reads KTAP, and the TAP that kselftests really print, from a stream of bytes.
///
/// It is lenient, because what is read was written by programs that crash, print without newlines
/// and share their output with forked children: indented and `# `-prefixed subtests, CR LF, printk
/// timestamps, directives before or after the name, result lines glued to the end of other text, a
/// missing last newline. No input is an error; what cannot be understood becomes `unknown`. Memory
/// is one line of at most `maximumLineBytes`; what stands beyond that in a line is dropped and
/// counted.
public struct KTAPReader: Sendable {
  /// The longest line that is kept, in bytes, without its newline.
  public static let maximumLineBytes = 4096

  /// Lines that were cut because they were too long.
  public private(set) var cutLines = 0

  private var line: [UInt8] = []
  private var lineIsCut = false
  private var parser = KTAPLineParser()

  public init() {
    line.reserveCapacity(256)
  }

  /// Takes the next bytes of the stream, split anywhere, and hands out what the completed lines
  /// said, in order.
  public mutating func read(_ bytes: some Sequence<UInt8>, _ emit: (KTAPEvent) -> Void) {
    // A concrete loop: unspecialised generic code costs 20 times as much per byte.
    if bytes.withContiguousStorageIfAvailable({ readBuffer($0, emit) }) == nil {
      Array(bytes).withUnsafeBufferPointer { readBuffer($0, emit) }
    }
  }

  private mutating func readBuffer(
    _ bytes: UnsafeBufferPointer<UInt8>, _ emit: (KTAPEvent) -> Void
  ) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        endLine(emit)
      } else if line.count < Self.maximumLineBytes {
        line.append(byte)
      } else {
        lineIsCut = true
      }
    }
  }

  /// Says that the stream has ended: a last line without newline counts.
  public mutating func finish(_ emit: (KTAPEvent) -> Void) {
    if !line.isEmpty { endLine(emit) }
  }

  private mutating func endLine(_ emit: (KTAPEvent) -> Void) {
    defer {
      line.removeAll(keepingCapacity: true)
      lineIsCut = false
    }
    if lineIsCut { cutLines += 1 }
    parser.parse(line[...], emit)
  }
}
