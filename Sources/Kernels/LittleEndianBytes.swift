import Foundation

/// Bounds-checked reading of little-endian numbers and texts from a file's bytes.
struct LittleEndianBytes {
  /// Always starts at index 0.
  let data: Data

  /// Takes bytes as they are.
  init(_ data: Data) {
    self.data = data.startIndex == 0 ? data : Data(data)
  }

  /// Maps a file; nil when it cannot be read.
  init?(path: String) {
    let url = URL(fileURLWithPath: path)
    let data = try? Data(contentsOf: url, options: .alwaysMapped)  // the caller names the file
    guard let data else { return nil }
    self.init(data)
  }

  var count: Int { data.count }

  /// `byteCount` bytes at `offset` as one number; nil past the end.
  func number(at offset: Int, byteCount: Int) -> UInt64? {
    guard offset >= 0, byteCount <= 8, offset <= count - byteCount else { return nil }
    var value: UInt64 = 0
    for index in (0..<byteCount).reversed() { value = value << 8 | UInt64(data[offset + index]) }
    return value
  }

  func uint8(at offset: Int) -> UInt8? { number(at: offset, byteCount: 1).map { UInt8($0) } }
  func uint16(at offset: Int) -> UInt16? { number(at: offset, byteCount: 2).map { UInt16($0) } }
  func uint32(at offset: Int) -> UInt32? { number(at: offset, byteCount: 4).map { UInt32($0) } }

  /// A 64-bit number that is an offset or size within the file; nil when it cannot be one.
  func position(at offset: Int) -> Int? {
    number(at: offset, byteCount: 8).flatMap { $0 <= UInt64(count) ? Int($0) : nil }
  }

  /// The bytes of a range; nil when it is not wholly inside.
  func bytes(at offset: Int, count length: Int) -> Data? {
    guard offset >= 0, length >= 0, length <= count, offset <= count - length else { return nil }
    return data[offset..<(offset + length)]
  }

  /// The text from `offset` up to a zero byte, or `limit` bytes of it.
  func text(at offset: Int, limit: Int = 512) -> String? {
    guard offset >= 0, offset < count else { return nil }
    let bytes = data[offset..<min(count, offset + limit)].prefix { $0 != 0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
