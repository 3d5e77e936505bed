import KernelLog
import Kernels
import Testing

@testable import Lab

@Suite struct SplatLinesTests {
  private static let inner = CodePlace(
    symbol: "inner.isra.0", offset: 0x12, size: 0x34, isReturn: false)
  private static let outer = CodePlace(symbol: "outer", offset: 8, size: 9, isReturn: true)

  @Test("each place is shown with its line, those that have none without")
  func frames() {
    #expect(
      SplatLines.frames([Self.inner, Self.outer], [DebugInfo.Place(Self.inner): "mm/a.c:7"])
        == ["inner.isra.0+0x12 (mm/a.c:7)", "outer+0x8"])
  }

  @Test("where no line is known, nothing is said")
  func nothing() {
    #expect(SplatLines.frames([Self.inner, Self.outer], [:]).isEmpty)
    #expect(SplatLines.frames([], [:]).isEmpty)
  }
}
