import KernelLog
import Testing

@Suite struct KernelLogScannerTests {
  private func scan(_ text: String) -> KernelLogScanner {
    var scanner = KernelLogScanner()
    scanner.read(text.utf8)
    return scanner
  }

  private static let warning = """
    [    1.000000] ------------[ cut here ]------------
    [    1.000001] WARNING: CPU: 0 PID: 1 at mm/swap.c:12 lru_add+0x1/0x2
    [    1.000002] Call Trace:
    [    1.000003]  swap_it+0x1/0x2
    [    1.000004] ---[ end trace 0000000000000000 ]---

    """

  @Test("a splat is handed out when its last line has come, and only once")
  func handOut() {
    var scanner = scan(String(Self.warning.dropLast(30)))
    #expect(scanner.takeSplats().isEmpty)
    #expect(scanner.isInsideSplat)
    scanner.read(Self.warning.suffix(30).utf8)
    #expect(!scanner.isInsideSplat)
    #expect(scanner.takeSplats().map(\.title) == ["WARNING at mm/swap.c in lru_add"])
    #expect(scanner.takeSplats().isEmpty)
  }

  @Test("a splat that was taken is not counted a second time for the same case")
  func repeatedAfterTaking() {
    var scanner = scan("faultline: case a start\n" + Self.warning)
    #expect(scanner.takeSplats().count == 1)
    scanner.read(Self.warning.utf8)
    #expect(scanner.takeSplats().isEmpty)
    scanner.read(("faultline: case a start\n" + Self.warning).utf8)
    let again = scanner.takeSplats()
    #expect(again.map(\.owner.caseRun) == [2])
  }

  @Test("a repeated splat is counted")
  func counts() {
    var scanner = scan(String(repeating: Self.warning, count: 5))
    #expect(scanner.takeSplats().map(\.count) == [5])
  }

  @Test("text, line and context are those of the log")
  func details() throws {
    var scanner = scan("one\r\n\u{1b}[31mtwo\u{1b}[0m\n" + Self.warning)
    let splat = try #require(scanner.takeSplats().first)
    #expect(splat.lineNumber == 3)
    #expect(splat.context == ["one", "two"])
    #expect(splat.text + "\n" == Self.warning)
    #expect(splat.fingerprint == "warning:WARNING at mm/swap.c|lru_add<swap_it")
  }

  @Test("a splat's backtrace keeps symbols, offsets and sizes")
  func backtrace() throws {
    var scanner = scan(
      """
      [    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000
      [    1.000001] RIP: 0010:inner.isra.0+0x12/0x34
      [    1.000002] Call Trace:
      [    1.000003]  ? left_over+0x1/0x2
      [    1.000004]  outer+0xab/0xcd [module]
      [    1.000005] ---[ end trace 0000000000000000 ]---

      """)
    scanner.flush()
    let splat = try #require(scanner.takeSplats().first)
    #expect(
      splat.backtrace == [
        CodePlace(symbol: "inner.isra.0", offset: 0x12, size: 0x34, isReturn: false),
        CodePlace(symbol: "outer", offset: 0xab, size: 0xcd, isReturn: true),
      ])
    #expect(splat.fingerprint == "page-fault:BUG: kernel NULL pointer dereference|inner<outer")
  }

  @Test("the owner follows the markers")
  func owner() {
    var scanner = KernelLogScanner()
    #expect(scanner.owner == .boot)
    scanner.read("[    1.000000] faultline: suite swap start\n".utf8)
    #expect(scanner.owner == SplatOwner(suite: "swap"))
    scanner.read("<3>[    1.000000] <3>faultline: case a/b start\n".utf8)
    #expect(scanner.owner == SplatOwner(suite: "swap", caseName: "a/b", caseRun: 1))
    scanner.read("faultline: case other end\nfaultline: case a/b end\n".utf8)
    #expect(
      scanner.owner == SplatOwner(suite: "swap", caseName: "a/b", caseRun: 1, caseIsOver: true))
    scanner.read("faultline: case a/b start again\nfaultline: suite swap end\n".utf8)
    #expect(scanner.owner == .boot)
  }

  @Test("a panic that only ends an earlier splat makes that one fatal, even if it was closed")
  func latePanic() {
    var scanner = scan(
      Self.warning + "\n[    1.5] x\nKernel panic - not syncing: Fatal exception\n")
    scanner.flush()
    let splats = scanner.takeSplats()
    #expect(splats.map(\.isFatal) == [true])
    #expect(scanner.hasPanicked)
  }

  @Test("a panic for another reason is a splat of its own")
  func otherPanic() {
    var scanner = scan(Self.warning + "Kernel panic - not syncing: sysrq triggered crash\n")
    scanner.flush()
    #expect(scanner.takeSplats().map(\.kind) == [.warning, .panic])
  }

  @Test("a flood of different splats is bounded and counted")
  func flood() {
    var scanner = KernelLogScanner()
    for index in 0..<(KernelLogScanner.maximumSplats + 7) {
      scanner.read("BUG: Bad rss-counter state mm:0 type:T\(index) val:1\n".utf8)
    }
    scanner.flush()
    #expect(scanner.droppedSplats == 7)
    #expect(scanner.takeSplats().count == KernelLogScanner.maximumSplats)
  }

  @Test("endless lines and endless splats stay bounded")
  func endless() throws {
    var scanner = scan("WARNING: CPU: 0 PID: 1 at mm/swap.c:12 lru_add+0x1/0x2\n")
    let line = Array((String(repeating: "y", count: 300) + "\n").utf8)
    for _ in 0..<3000 { scanner.read(line) }
    for _ in 0..<100 { scanner.read(repeatElement(UInt8(ascii: "z"), count: 5000)) }
    scanner.flush()
    let splat = try #require(scanner.takeSplats().first)
    #expect(splat.text.utf8.count <= 16_000)
  }

  @Test("the last line is remembered for a guest that stops in the middle")
  func lastLine() {
    #expect(scan("a\n[    0.5] b\n\n \n").lastLine == "[    0.5] b")
    #expect(scan("").lastLine == nil)
  }

  @Test("bytes of all kinds do no harm")
  func garbage() {
    var scanner = KernelLogScanner()
    var state: UInt32 = 7
    for _ in 0..<200_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      scanner.read(CollectionOfOne(UInt8(truncatingIfNeeded: state >> 24)))
    }
    scanner.flush()
    #expect(scanner.takeSplats().isEmpty)
  }
}
