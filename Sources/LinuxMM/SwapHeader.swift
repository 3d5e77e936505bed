/// The first page of a swap area, as `mkswap` writes it.
public struct SwapHeader: Sendable {
  /// Pages of the area, this one included.
  public var pages: UInt64
  /// 1; the kernel refuses any other.
  public var version: UInt32 = 1
  /// Pages that must not be used; a file may have none.
  public var badPages: [UInt32] = []
  /// Ten bytes at the end of the page.
  public var signature = "SWAPSPACE2"

  /// A header of an area of so many pages.
  public init(pages: UInt64) { self.pages = pages }

  /// The page.
  public var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(Memory.pageSize))
    func put(_ value: UInt32, at offset: Int) {
      for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    put(version, at: 1024)
    put(UInt32(truncatingIfNeeded: pages &- 1), at: 1028)
    put(UInt32(badPages.count), at: 1032)
    // After a uuid, a label and 117 words of padding.
    for (index, page) in badPages.enumerated() { put(page, at: 1536 + 4 * index) }
    bytes.replaceSubrange((bytes.count - 10)..., with: Array(signature.utf8))
    return bytes
  }
}
