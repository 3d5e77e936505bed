internal import CLinuxMM

/// One entry of `/proc/PID/pagemap`.
public struct PagemapEntry: Equatable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The flags of an entry; `description` is the catalogue's letters.
  public struct Bits: OptionSet, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let present = Bits(rawValue: 1 << 63)  // P
    public static let swapped = Bits(rawValue: 1 << 62)  // S
    public static let file = Bits(rawValue: 1 << 61)  // F: file or shared anonymous page
    public static let exclusive = Bits(rawValue: 1 << 56)  // X: mapped once
    public static let writeProtected = Bits(rawValue: 1 << 57)  // W: userfaultfd, 5.14
    public static let softDirty = Bits(rawValue: 1 << 55)  // d
    public static let guardRegion = Bits(rawValue: 1 << 58)  // G: 6.15

    // Bytes: a Character would bring the Unicode tables for grapheme breaking.
    static let letters: [(bit: Bits, letter: UInt8)] = [
      (.present, UInt8(ascii: "P")), (.swapped, UInt8(ascii: "S")), (.file, UInt8(ascii: "F")),
      (.exclusive, UInt8(ascii: "X")), (.writeProtected, UInt8(ascii: "W")),
      (.guardRegion, UInt8(ascii: "G")), (.softDirty, UInt8(ascii: "d")),
    ]

    /// All bits that have a letter.
    fileprivate static let known: UInt64 = letters.reduce(0) { $0 | $1.bit.rawValue }

    /// Reads letters such as `PXW`; `-` is no bit, and an unknown letter a programmer's error.
    public init(letters text: String) {
      var bits: Bits = []
      for letter in text.utf8 where letter != UInt8(ascii: "-") {
        guard let known = Bits.letters.first(where: { $0.letter == letter }) else {
          preconditionFailure("a pagemap letter is one of P S F X W G d -")
        }
        bits.insert(known.bit)
      }
      self = bits
    }

    public var description: String {
      var text: [UInt8] = []
      for (bit, letter) in Bits.letters where contains(bit) { text.append(letter) }
      return text.isEmpty ? "-" : String(decoding: text, as: UTF8.self)
    }
  }

  public var bits: Bits {
    Bits(rawValue: rawValue & Bits.known)
  }

  /// The page frame number: 0 unless present and readable by us (`CAP_SYS_ADMIN`).
  public var frame: UInt64 {
    bits.contains(.present) ? rawValue & LMM_PM_PFRAME_MASK : 0
  }

  public var description: String { bits.description }
}

/// A process's `/proc/PID/pagemap`.
public struct Pagemap: ~Copyable {
  private let file: Descriptor

  /// Opens the pagemap of a process, this one by default.
  public init(ofProcess process: Int32? = nil) throws(Errno) {
    let name = process.map { "\($0)" } ?? "self"
    file = try Descriptor(opening: "/proc/" + name + "/pagemap", for: .read)
  }

  /// The entry of each base page in the range, in order.
  public borrowing func entries(_ range: AddressRange) throws(Errno) -> [PagemapEntry] {
    let count = Int(range.length / Memory.pageSize)
    let offset = range.start / Memory.pageSize * 8
    let bytes = try file.read(count: count * 8, at: offset)
    guard bytes.count == count * 8 else { throw .badAddress }
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        PagemapEntry(rawValue: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
    }
  }

  /// The entry of the page that holds an address.
  public borrowing func entry(at address: UInt64) throws(Errno) -> PagemapEntry {
    let page = address / Memory.pageSize * Memory.pageSize
    return try entries(AddressRange(start: page, length: Memory.pageSize))[0]
  }

  /// Runs `body` with the raw descriptor, as `PAGEMAP_SCAN` needs.
  borrowing func withDescriptor<T>(_ body: (Int32) throws(Errno) -> T) throws(Errno) -> T {
    try file.withRawValue(body)
  }
}
