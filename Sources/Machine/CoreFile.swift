internal import Foundation

/// The bytes of an ELF core for x86-64, as far as a memory dump needs them; see elf(5).
struct CoreFile {
  /// The owner of the note by which a kernel describes itself.
  private static let owner = Array("VMCOREINFO\0".utf8)
  /// The kernel's note begins with a page, and may reach into the next one.
  private static let page = 4096
  /// With these the description begins, whichever kernel it is.
  private static let beginning = Array("OSRELEASE=".utf8)

  let data: Data
  /// Where the program header of the notes is.
  let notesHeader: Int
  /// Where the notes are.
  private let notesRange: Range<Int>
  /// Where the guest's memory is.
  private let memory: [Range<Int>]

  /// - Throws: `MemoryDump.Failure` unless it is a whole 64-bit little-endian core with notes.
  init(_ data: Data) throws(MemoryDump.Failure) {
    self.data = data
    guard data.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), Self.number(data, 16, 2) == 4,
      let table = Self.number(data, 32, 8), let size = Self.number(data, 54, 2), size >= 56,
      let count = Self.number(data, 56, 2)
    else { throw MemoryDump.Failure("QEMU wrote no ELF core") }
    var notes: (header: Int, range: Range<Int>)?
    var memory: [Range<Int>] = []
    for index in 0..<count {
      let header = table + index * size
      guard let kind = Self.number(data, header, 4), let offset = Self.number(data, header + 8, 8),
        let length = Self.number(data, header + 32, 8), length <= data.count,
        offset <= data.count - length
      else { throw MemoryDump.Failure("the core that QEMU wrote is cut off") }
      if kind == 4 { notes = (header, offset..<offset + length) }
      if kind == 1 { memory.append(offset..<offset + length) }
    }
    guard let notes else { throw MemoryDump.Failure("the core that QEMU wrote has no notes") }
    notesHeader = notes.header
    notesRange = notes.range
    self.memory = memory
  }

  /// All notes, as they are.
  var notes: Data { data[notesRange] }

  /// What the kernel says of itself in the core's notes; nil when they do not have it.
  var kernelInfo: String? {
    var offset = notesRange.lowerBound
    while let note = note(at: offset, before: notesRange.upperBound) {
      if let text = Self.text(of: note) { return text }
      offset += note.count
    }
    return nil
  }

  /// The kernel's own note, from the page where it keeps it.
  func kernelNoteInMemory() -> Data? {
    for range in memory {
      for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.page)
      where Self.number(data, offset, 4) == Self.owner.count {
        let end = min(range.upperBound, offset + 2 * Self.page)
        if let note = note(at: offset, before: end), Self.text(of: note) != nil { return note }
      }
    }
    return nil
  }

  /// One note, header and padding included; nil when it is not wholly before `end`.
  private func note(at offset: Int, before end: Int) -> Data? {
    guard offset + 12 <= end, let name = Self.number(data, offset, 4),
      let length = Self.number(data, offset + 4, 4)
    else { return nil }
    let count = 12 + (name + 3) / 4 * 4 + (length + 3) / 4 * 4
    return count <= end - offset ? data[offset..<offset + count] : nil
  }

  /// The text of a kernel's note; nil when it is another note.
  static func text(of note: Data) -> String? {
    let start = note.startIndex
    guard number(note, start, 4) == owner.count, let length = number(note, start + 4, 4),
      note[(start + 12)...].starts(with: owner),
      note[(start + 24)...].starts(with: beginning)
    else { return nil }
    return String(decoding: note[(start + 24)...].prefix(length), as: UTF8.self)
  }

  /// A number as the file has it.
  static func bytes(_ number: UInt64) -> Data {
    Data((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
  }

  /// A little-endian number that an `Int` holds; nil past the end, or where it is larger than any file.
  private static func number(_ data: Data, _ offset: Int, _ count: Int) -> Int? {
    guard offset >= data.startIndex, offset <= data.endIndex - count else { return nil }
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(data[offset + index]) }
    return value < 1 << 48 ? Int(value) : nil
  }
}
