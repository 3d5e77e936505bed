/// What `/proc/PID/smaps` says about the mappings that overlap a range.
public struct Smaps: Sendable {
  private let blocks: [[UInt8]]

  /// Reads the mappings of this process, or of another, that overlap the range.
  public init(_ range: AddressRange, ofProcess process: Int32? = nil) throws(Errno) {
    let name = process.map { "\($0)" } ?? "self"
    blocks = try TextFile.withBytes("/proc/" + name + "/smaps", limit: 8 << 20) {
      Smaps.blocks(of: $0, overlapping: range)
    }
  }

  private static func blocks(of text: UnsafeBufferPointer<UInt8>, overlapping range: AddressRange)
    -> [[UInt8]]
  {
    var found: [[UInt8]] = []
    var start = 0
    var overlaps = false
    var index = 0
    while index < text.count {
      let end = text[index...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      if let bounds = Smaps.bounds(text[index..<end]) {
        if overlaps { found.append(Array(text[start..<index])) }
        start = index
        overlaps = bounds.start < range.end && range.start < bounds.end
      }
      index = end + 1
    }
    if overlaps { found.append(Array(text[start...])) }
    return found
  }

  /// How many mappings overlap.
  public var count: Int { blocks.count }

  /// The sum of a field over the mappings, in KiB, such as `Swap`, `AnonHugePages`, `Rss`.
  public func kibibytes(_ field: String) -> UInt64 {
    blocks.reduce(0) { (sum, block) in
      sum + (block.withUnsafeBufferPointer { TextFile.number(after: field, in: $0) } ?? 0)
    }
  }

  /// Whether every mapping has a two-letter flag such as `uw` on its VmFlags line.
  public func allHave(flag: String) -> Bool {
    !blocks.isEmpty && blocks.allSatisfy { Smaps.has(flag, $0) }
  }

  /// Whether some mapping has the flag.
  public func anyHas(flag: String) -> Bool { blocks.contains { Smaps.has(flag, $0) } }

  private static func has(_ flag: String, _ block: [UInt8]) -> Bool {
    let key = Array("VmFlags:".utf8)
    for line in block.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
      let flags = line.dropFirst(key.count).split(separator: UInt8(ascii: " "))
      return flags.contains { $0.elementsEqual(flag.utf8) }
    }
    return false
  }

  /// The addresses of a header line `start-end perms …`, or nil for any other line.
  static func bounds(_ line: some Collection<UInt8>) -> AddressRange? {
    guard let dash = line.firstIndex(of: UInt8(ascii: "-")),
      let blank = line.firstIndex(of: UInt8(ascii: " ")), dash < blank,
      let start = number(line[..<dash]),
      let end = number(line[line.index(after: dash)..<blank])
    else { return nil }
    return AddressRange(start: start, length: end - start)
  }

  /// Reads hexadecimal digits; nil for anything else.
  private static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - 87)
      default: return nil
      }
    }
    return digits.isEmpty ? nil : value
  }
}
