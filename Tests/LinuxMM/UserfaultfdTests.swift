import Testing

@testable import LinuxMM

/// userfaultfd needs root or vm.unprivileged_userfaultfd=1; where neither is given these are skipped.
private let mayUseUserfaultfd = (try? Userfaultfd.offered()) != nil  // any error means no

@Suite(.enabled(if: mayUseUserfaultfd, "run as root, or set vm.unprivileged_userfaultfd=1"))
struct UserfaultfdTests {
  @Test("a protected page reports a write that waits for its resolution")
  func writeFault() throws {
    let page = try Mapping(anonymous: Memory.pageSize, .private).relinquish()
    Memory.store(page.start, 1)
    let uffd = try Userfaultfd()
    let operations = try uffd.register(page, for: .writeProtect)
    #expect(operations.isSuperset(of: [.wake, .copy, .writeProtect]))
    try uffd.writeProtect(page)
    #expect(try Pagemap().entry(at: page.start).bits.contains(.writeProtected))
    #expect(try uffd.nextEvent() == nil)

    let writer = try Thread { Memory.store(page.start, 2) }
    #expect(try uffd.waitForEvent(milliseconds: 10_000))
    let event = try uffd.nextEvent()
    guard case .fault(let fault) = event else {
      Issue.record("\(String(describing: event)) instead of a fault")
      return
    }
    #expect(fault.kind == .writeProtect)
    #expect(fault.address == page.start)
    #expect(fault.flags == 3)
    #expect(Memory.load(page.start) == 1)
    try uffd.unprotect(page)
    try writer.join()
    #expect(Memory.load(page.start) == 2)
  }

  @Test("calls fail with the kernel's errno")
  func errors() throws {
    let page = try Mapping(anonymous: Memory.pageSize, .private)
    let range = page.range
    let uffd = try Userfaultfd()
    #expect(throws: Errno.noEntry) { try uffd.writeProtect(range) }
    #expect(throws: Errno.invalid) { try uffd.register(range, for: []) }
    let empty = AddressRange(start: range.start, length: 0)
    #expect(throws: Errno.invalid) { try uffd.register(empty, for: .writeProtect) }
  }

  @Test("a failed handshake is reported with its zeroed struct")
  func failedHandshake() throws {
    let file = try Userfaultfd.openRaw(flags: Userfaultfd.flags())
    let answer = Userfaultfd.failedHandshake(file, version: 0xAB, features: 0)
    #expect(answer.error == .invalid)
    #expect(answer.words == [0, 0, 0])
  }
}
