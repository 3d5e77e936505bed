/// Turns the bytes of one direction of the port into records and announced raw bytes, in bounded memory.
///
/// The owner feeds bytes with `append` and drains with `next` until it returns nil. After a record that announces raw
/// bytes it calls `expectRaw` before the next `next`.
public struct RecordReader: Sendable {
  /// What the bytes held next.
  public enum Item: Equatable {
    case record(Record)
    /// Some of the announced raw bytes, in order.
    case raw([UInt8])
    /// A line that is no record, or not as it was written: how many bytes it had.
    case garbage(Int)
    /// A number was skipped or repeated: expected and seen.
    case gap(expected: Int64, seen: Int64)
  }

  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var rawLeft = 0
  private var skipping = 0
  private var pending: Record?
  /// The number that the next record should have; the first one has any.
  private var nextSequence: Int64?

  public init() {}

  /// How many announced raw bytes have not come yet.
  public var rawBytesLeft: Int { rawLeft }

  /// Whether the line that is coming is longer than any record.
  public var isOverlong: Bool { skipping > 0 }

  /// Takes bytes from the port.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    if start > 0, start == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      start = 0
      scanned = 0
    } else if start > 1 << 16 {
      buffer.removeFirst(start)
      scanned -= start
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Says that the next `count` bytes are raw.
  public mutating func expectRaw(_ count: Int) {
    rawLeft = count
  }

  /// The next item, or nil when more bytes are needed.
  public mutating func next() -> Item? {
    if let record = pending {
      pending = nil
      return .record(record)
    }
    if rawLeft > 0 { return rawItem() }
    while let line = nextLine() {
      if line.isEmpty, skipping == 0 { continue }
      return item(of: line)
    }
    return nil
  }

  private mutating func rawItem() -> Item? {
    let count = min(rawLeft, buffer.count - start)
    guard count > 0 else { return nil }
    let bytes = Array(buffer[start..<(start + count)])
    start += count
    scanned = max(scanned, start)
    rawLeft -= count
    return .raw(bytes)
  }

  private mutating func item(of line: ArraySlice<UInt8>) -> Item {
    guard skipping == 0 else {
      let length = skipping + line.count
      skipping = 0
      return .garbage(length)
    }
    var parser = RecordParser(line)
    guard line.count <= Limits.recordBytes, RecordSum.holds(line), let record = parser.record()
    else {
      return .garbage(line.count)
    }
    let expected = nextSequence ?? record.sequence
    nextSequence = record.sequence &+ 1
    guard record.sequence == expected else {
      pending = record
      return .gap(expected: expected, seen: record.sequence)
    }
    return .record(record)
  }

  /// The next whole line; an overlong one is dropped as it comes and only its length kept.
  private mutating func nextLine() -> ArraySlice<UInt8>? {
    scanned = max(scanned, start)
    while scanned < buffer.count {
      if buffer[scanned] == UInt8(ascii: "\n") {
        let line = buffer[start..<scanned]
        scanned += 1
        start = scanned
        return line
      }
      scanned += 1
    }
    if buffer.count - start > Limits.recordBytes {
      skipping += buffer.count - start
      start = buffer.count
    }
    return nil
  }
}
