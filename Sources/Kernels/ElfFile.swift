import Foundation

/// The few parts of a 64-bit little-endian ELF file that kernels and modules are asked for; see
/// elf(5).
struct ElfFile {
  private let bytes: LittleEndianBytes

  /// `EM_X86_64`.
  static let x86 = UInt16(62)

  /// Whether the file starts like an ELF file, of whatever kind.
  static func hasMagic(_ bytes: LittleEndianBytes) -> Bool {
    bytes.uint32(at: 0) == 0x464c_457f
  }

  /// Nil unless the file is a 64-bit little-endian ELF file.
  init?(_ bytes: LittleEndianBytes) {
    guard Self.hasMagic(bytes), bytes.uint8(at: 4) == 2, bytes.uint8(at: 5) == 1 else { return nil }
    self.bytes = bytes
  }

  var machine: UInt16? { bytes.uint16(at: 18) }

  /// Whether it needs a dynamic loader (`PT_INTERP`); static-pie executables have none.
  var hasInterpreter: Bool { programHeaders().contains { $0.type == 3 } }

  /// Where the last byte that the headers promise lies; a shorter file is cut off.
  var promisedCount: Int {
    var end = 0
    for header in programHeaders() { end = max(end, header.offset + header.count) }
    return end
  }

  /// The content of a section; nil when there is none, or it is cut off.
  func section(named wanted: String) -> Data? {
    guard let table = bytes.position(at: 40), let size = bytes.uint16(at: 58).map(Int.init),
      let count = bytes.uint16(at: 60).map(Int.init), size >= 64,
      let namesIndex = bytes.uint16(at: 62).map(Int.init),
      let names = bytes.position(at: table + namesIndex * size + 24)
    else { return nil }
    for index in 0..<count {
      let header = table + index * size
      guard let nameOffset = bytes.uint32(at: header).map(Int.init) else { return nil }
      guard bytes.text(at: names + nameOffset) == wanted else { continue }
      guard let offset = bytes.position(at: header + 24),
        let length = bytes.position(at: header + 32)
      else { return nil }
      return bytes.bytes(at: offset, count: length)
    }
    return nil
  }

  /// Whether a program header of type `PT_NOTE` holds a note with this owner and type.
  func hasNote(owner: String, type wanted: UInt32) -> Bool {
    programHeaders().contains { header in
      header.type == 4 && noteExists(owner, wanted, from: header.offset, count: header.count)
    }
  }

  private struct ProgramHeader {
    let type: UInt32
    let offset: Int
    let count: Int
  }

  private func programHeaders() -> [ProgramHeader] {
    guard let table = bytes.position(at: 32), let size = bytes.uint16(at: 54).map(Int.init),
      let count = bytes.uint16(at: 56).map(Int.init), size >= 56
    else { return [] }
    return (0..<count).compactMap { index in
      let header = table + index * size
      guard let type = bytes.uint32(at: header),
        let offset = bytes.number(at: header + 8, byteCount: 8),
        let length = bytes.number(at: header + 32, byteCount: 8),
        offset < 1 << 40, length < 1 << 40
      else { return nil }
      return ProgramHeader(type: type, offset: Int(offset), count: Int(length))
    }
  }

  private func noteExists(_ owner: String, _ wanted: UInt32, from start: Int, count: Int) -> Bool {
    var offset = start
    while offset + 12 <= start + count {
      guard let nameCount = bytes.uint32(at: offset).map(Int.init),
        let valueCount = bytes.uint32(at: offset + 4).map(Int.init),
        let type = bytes.uint32(at: offset + 8)
      else { return false }
      if type == wanted, bytes.text(at: offset + 12, limit: nameCount) == owner { return true }
      offset += 12 + (nameCount + 3) / 4 * 4 + (valueCount + 3) / 4 * 4
    }
    return false
  }
}
