internal import CLinuxMM

/// Small text files of procfs and sysfs, read and written whole.
public enum TextFile {
  /// The text of a file, at most `limit` bytes of it.
  public static func read(_ path: String, limit: Int = 1 << 20) throws(Errno) -> String {
    try withBytes(path, limit: limit) { String(decoding: $0, as: UTF8.self) }
  }

  /// Runs `body` with the bytes of a file, at most `limit` of them.
  ///
  /// In one buffer that is asked for once: the guest's allocator maps and unmaps memory for so much.
  static func withBytes<T>(
    _ path: String, limit: Int = 1 << 20, _ body: (UnsafeBufferPointer<UInt8>) -> T
  ) throws(Errno) -> T {
    let file = try Descriptor(opening: path, for: .read)
    var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: min(limit, 8192))
    defer { buffer.deallocate() }
    var count = 0
    while count < limit {
      if count == buffer.count {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: min(limit, count * 4))
        _ = larger.moveInitialize(fromContentsOf: buffer)
        buffer.deallocate()
        buffer = larger
      }
      let part = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer[count...]))
      if part == 0 { break }
      count += part
    }
    return body(UnsafeBufferPointer(rebasing: buffer[..<count]))
  }

  /// Writes a text with one `write(2)`, as procfs and sysfs want it.
  public static func write(_ text: String, to path: String) throws(Errno) {
    let file = try Descriptor(opening: path, for: .write)
    try file.write(text)
  }

  public static func exists(_ path: String) -> Bool { lmm_exists(path) != 0 }

  /// Whether we may write to the file, or make files in the directory; `access(2)`.
  public static func isWritable(_ path: String) -> Bool { lmm_is_writable(path) != 0 }

  /// Makes a directory; `EEXIST` when it is there.
  public static func makeDirectory(_ path: String) throws(Errno) {
    try checked(lmm_mkdir(path, 0o755))
  }

  public static func removeDirectory(_ path: String) throws(Errno) { try checked(lmm_rmdir(path)) }

  public static func remove(_ path: String) throws(Errno) { try checked(lmm_unlink(path)) }

  /// The number after `key` at the start of a line, as `/proc/meminfo` and `/proc/vmstat` have it.
  static func number(after key: String, in text: UnsafeBufferPointer<UInt8>) -> UInt64? {
    var key = key
    return key.withUTF8 { wanted in
      var start = 0
      while start < text.count {
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        let line = text[start..<end]
        start = end + 1
        guard line.starts(with: wanted) else { continue }
        let rest = line.dropFirst(wanted.count)
        guard let next = rest.first, next == UInt8(ascii: ":") || next == UInt8(ascii: " ") else {
          continue
        }
        return leadingNumber(rest.dropFirst())
      }
      return nil
    }
  }

  /// The same of a file.
  static func number(after key: String, of path: String) throws(Errno) -> UInt64? {
    try withBytes(path) { number(after: key, in: $0) }
  }

  /// The first run of digits after blanks.
  public static func leadingNumber(_ text: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    for byte in text {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"), digits == 0 { continue }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
      value = value &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
      digits += 1
    }
    return digits == 0 ? nil : value
  }
}
