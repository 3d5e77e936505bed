internal import CLinuxMM

/// Small text files of procfs and sysfs, read and written whole.
public enum TextFile {
  /// The text of a file, at most `limit` bytes of it.
  public static func read(_ path: String, limit: Int = 1 << 20) throws(Errno) -> String {
    let file = try Descriptor(opening: path, for: .read)
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let part = try file.read(atMost: min(16384, limit - bytes.count))
      if part.isEmpty { break }
      bytes += part
    }
    return String(decoding: bytes, as: UTF8.self)
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
  static func number(after key: String, in text: String) -> UInt64? {
    let wanted = Array(key.utf8)
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      guard line.starts(with: wanted) else { continue }
      let rest = line.dropFirst(wanted.count)
      guard let next = rest.first, next == UInt8(ascii: ":") || next == UInt8(ascii: " ") else {
        continue
      }
      return leadingNumber(rest.dropFirst())
    }
    return nil
  }

  /// The first run of digits after blanks.
  public static func leadingNumber(_ text: Substring.UTF8View.SubSequence) -> UInt64? {
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
