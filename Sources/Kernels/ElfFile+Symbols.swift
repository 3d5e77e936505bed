import Foundation

/// The symbol table: where functions are.
extension ElfFile {
  /// A function's place in memory.
  struct Symbol: Equatable {
    let address: UInt64
    /// In bytes; 0 for what assembly code did not size.
    let size: UInt64
  }

  /// The functions of these names; static functions can share one.
  func symbols(named wanted: Set<String>) -> [String: [Symbol]] {
    guard let table = section(named: ".symtab"), let strings = section(named: ".strtab") else {
      return [:]
    }
    let (entries, names) = (LittleEndianBytes(table), LittleEndianBytes(strings))
    let lengths = Set(wanted.map(\.utf8.count))
    let longest = lengths.max() ?? 0
    var found: [String: [Symbol]] = [:]
    for offset in stride(from: 0, to: entries.count - 23, by: 24) {
      guard let kind = entries.uint8(at: offset + 4), kind & 15 == 2 || kind & 15 == 0,
        let nameOffset = entries.uint32(at: offset).map(Int.init), nameOffset > 0,
        let name = names.text(at: nameOffset, limit: longest + 1),
        lengths.contains(name.utf8.count),
        wanted.contains(name),
        let address = entries.number(at: offset + 8, byteCount: 8),
        let size = entries.number(at: offset + 16, byteCount: 8)
      else { continue }
      found[name, default: []].append(Symbol(address: address, size: size))
    }
    return found
  }

  /// Whether there is such a section, be it empty.
  func hasSection(named name: String) -> Bool { section(named: name) != nil }
}
