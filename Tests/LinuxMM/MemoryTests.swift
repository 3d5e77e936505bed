import Testing

@testable import LinuxMM

@Suite struct MemoryTests {
  @Test("an anonymous mapping is there and aligned, and differences in it are found")
  func anonymousMapping() throws {
    let mapping = try Mapping(
      anonymous: Memory.hugePageSize, .private, aligned: Memory.hugePageSize)
    let range = mapping.range
    #expect(range.start % Memory.hugePageSize == 0)
    Memory.fill(range, with: 7)
    #expect(Memory.firstDifference(range, expecting: 7) == nil)
    Memory.store(range.start + 0x1235, 8)
    #expect(Memory.firstDifference(range, expecting: 7) == 0x1235)
    #expect(Memory.firstDifference(range, from: 0x1236, expecting: 7) == nil)
    #expect(try range.residency().allSatisfy { $0 })
  }

  @Test("accesses that fault are reported instead of deadly")
  func faultsAreCaught() throws {
    let page = try Mapping(anonymous: Memory.pageSize, .private, protection: .read)
    let start = page.range.start
    #expect(Memory.tryLoad(start) == .done(0))
    #expect(Memory.tryStore(start, 1) == .segmentationFault(code: 2, address: start))
    let file = try Descriptor(memoryFileOfSize: Memory.pageSize)
    let beyond = try Mapping(file: file, length: 2 * Memory.pageSize, .shared)
    let second = beyond.range.start + Memory.pageSize
    #expect(Memory.tryLoad(second) == .busError(code: 2, address: second))
  }

  @Test("a memory file has its data where it was stored")
  func memoryFile() throws {
    let file = try Descriptor(memoryFileOfSize: 4 * Memory.pageSize)
    #expect(try file.nextData(from: 0) == nil)
    let mapping = try Mapping(file: file, length: 4 * Memory.pageSize, .shared)
    Memory.store(mapping.range.start + 2 * Memory.pageSize, 9)
    #expect(try file.nextData(from: 0) == 2 * Memory.pageSize)
    #expect(try file.nextHole(from: 2 * Memory.pageSize) == 3 * Memory.pageSize)
    #expect(try file.read(count: 1, at: 2 * Memory.pageSize) == [9])
    try file.punchHole(at: 2 * Memory.pageSize, length: Memory.pageSize)
    #expect(try file.nextData(from: 0) == nil)
  }

  @Test("pagemap and smaps see a page come and go")
  func pagemapFollows() throws {
    let mapping = try Mapping(anonymous: 4 * Memory.pageSize, .private)
    let range = mapping.range
    try range.advise(.noHugePage)
    let pagemap = try Pagemap()
    #expect(try pagemap.entry(at: range.start).bits.isDisjoint(with: .present))
    Memory.store(range.start + Memory.pageSize, 1)
    let entries = try pagemap.entries(range)
    #expect(entries.map { $0.bits.contains(.present) } == [false, true, false, false])
    #expect(try Smaps(range).count == 1)
    try range.advise(.dontNeed)
    #expect(try pagemap.entries(range).allSatisfy { !$0.bits.contains(.present) })
  }

  @Test("a moved mapping keeps its content at a new address")
  func movedMapping() throws {
    let old = try Mapping(anonymous: Memory.pageSize, .private).relinquish()
    Memory.store(old.start, 42)
    let moved = try Mapping(adopting: old).moved()
    #expect(moved.range.start != old.start)
    #expect(Memory.load(moved.range.start) == 42)
  }
}
