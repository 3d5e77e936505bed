import Foundation
import Testing

@testable import Machine

@Suite("memory dump")
struct MemoryDumpTests {
  private static let info = "OSRELEASE=6.12.107\nPAGESIZE=4096\nKERNELOFFSET=0\n"

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func note(_ owner: String, _ text: String) -> [UInt8] {
    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
    let owner = Array(owner.utf8) + [0]
    return number(owner.count, 4) + number(text.utf8.count, 4) + number(0, 4) + padded(owner)
      + padded(Array(text.utf8))
  }

  /// A core like QEMU's: headers, notes, memory.
  private static func core(notes: [UInt8], memory: [UInt8]) -> [UInt8] {
    func header(_ kind: Int, _ offset: Int, _ count: Int) -> [UInt8] {
      number(kind, 4) + number(0, 4) + number(offset, 8) + number(0, 16) + number(count, 8)
        + number(count, 8) + number(0, 8)
    }
    let start = 64 + 2 * 56
    let head: [UInt8] =
      [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + number(0, 9) + number(4, 2) + number(62, 2)
      + number(1, 4) + number(0, 8) + number(64, 8) + number(0, 8) + number(0, 4)
      + number(64, 2) + number(56, 2) + number(2, 2) + number(0, 6)
    return head + header(4, start, notes.count) + header(1, start + notes.count, memory.count)
      + notes + memory
  }

  private func completed(
    _ bytes: [UInt8], _ body: (MemoryDump, Data) throws -> Void
  ) throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-core-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // the system clears the folder
    let dump = try MemoryDump(completing: file.path)
    try body(dump, try Data(contentsOf: file))
  }

  @Test("the kernel's own note is taken from its page, wherever that is", arguments: [0, 1, 5])
  func found(page: Int) throws {
    var memory = [UInt8](repeating: 0, count: 8 * 4096)
    let kernel = Self.note("VMCOREINFO", Self.info)
    memory.replaceSubrange(page * 4096..<page * 4096 + kernel.count, with: kernel)
    let registers = Self.note("CORE", "registers")
    try completed(Self.core(notes: registers, memory: memory)) { dump, data in
      #expect(dump.kernelInfo == Self.info)
      #expect(dump.byteCount == data.count)
      let core = try CoreFile(data)
      #expect(core.kernelInfo == Self.info)
      #expect(Array(core.notes) == registers + kernel)
    }
  }

  @Test("a note that is not at the beginning of a page, or of somebody else, is not the kernel's")
  func elsewhere() throws {
    var memory = [UInt8](repeating: 0, count: 4 * 4096)
    let kernel = Self.note("VMCOREINFO", Self.info)
    memory.replaceSubrange(16..<16 + kernel.count, with: kernel)
    let other = Self.note("VMCOREINFO", "not what a kernel writes")
    memory.replaceSubrange(4096..<4096 + other.count, with: other)
    // Cut off by the end of memory.
    memory.replaceSubrange(3 * 4096..<3 * 4096 + 8, with: Self.number(11, 4) + [255, 255, 0, 0])
    let bytes = Self.core(notes: Self.note("CORE", "r"), memory: memory)
    try completed(bytes) { dump, data in
      #expect(dump.kernelInfo == nil)
      #expect(Array(data) == bytes)
    }
  }

  @Test("a dump that has the note already stays as it is")
  func complete() throws {
    let notes = Self.note("CORE", "r") + Self.note("VMCOREINFO", Self.info)
    let bytes = Self.core(notes: notes, memory: [UInt8](repeating: 0, count: 4096))
    try completed(bytes) { dump, data in
      #expect(dump.kernelInfo == Self.info)
      #expect(Array(data) == bytes)
    }
  }

  @Test("what is cut off, or no core, is refused", arguments: [0, 63, 100, 175, 4000])
  func damaged(length: Int) throws {
    let bytes = Self.core(
      notes: Self.note("CORE", "r"), memory: [UInt8](repeating: 0, count: 4096))
    #expect(throws: MemoryDump.Failure.self) { try CoreFile(Data(bytes.prefix(length))) }
  }

  @Test("without room, or where something is already, there is no dump, and the words say so")
  func room() throws {
    let folder = FileManager.default.temporaryDirectory.path
    #expect {
      try MemoryDump.makeRoom(for: 1 << 40, at: folder + "/new.elf")
    } throws: {
      "\($0)".contains("takes \(1 << 40 + 8) MiB") && "\($0)".contains("--out")
    }
    #expect {
      try MemoryDump.makeRoom(for: 1, at: folder)
    } throws: {
      "\($0)" == "\(folder) is there already"
    }
    #expect(throws: Never.self) { try MemoryDump.makeRoom(for: 1, at: folder + "/new.elf") }
  }
}

@Suite("a panic on the console")
struct ConsolePanicTests {
  @Test("the last line of a panic is seen however it is cut, once, and nothing like it")
  func panic() throws {
    let text = "[    1.0] Kernel panic - not syncing: x\n[    1.1] ---[ end Kernel panic - not"
    for cut in 0...text.utf8.count {
      let console = try Console(log: nil)
      let count = Counter()
      console.watchForPanic { count.add() }
      let bytes = Array(text.utf8)
      for part in [bytes[..<cut], bytes[cut...], Array("quiet\n".utf8)[...]] {
        Array(part).withUnsafeBytes { console.receive($0) }
      }
      #expect(count.value == 1, "cut at \(cut)")
    }
  }
}

private final class Counter: @unchecked Sendable {  // used by one thread
  private(set) var value = 0
  func add() { value += 1 }
}
