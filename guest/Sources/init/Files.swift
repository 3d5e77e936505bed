import CInit

/// The name of a negative errno that a call of CInit answered, such as `EBUSY`.
func errorName(_ result: some BinaryInteger) -> String {
  String(cString: ci_error_name(-CInt(truncatingIfNeeded: result)))
}

/// Short files of /proc and /sys.
enum Files {
  /// The text of a file, at most `limit` bytes of it, or nil when it cannot be read.
  static func bytes(_ path: String, limit: Int = 64 << 10) -> [UInt8]? {
    let file = ci_open(path, CI_READ)
    guard file >= 0 else { return nil }
    defer { ci_close(file) }
    var bytes: [UInt8] = []
    let chunk = 4096
    while bytes.count < limit {
      let room = min(chunk, limit - bytes.count)
      var count = 0
      let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
        count = ci_read(file, buffer.baseAddress, room)
        initialized = max(count, 0)
      }
      guard count >= 0 else { return nil }
      guard count > 0 else { return bytes }
      bytes += part
    }
    return bytes
  }

  /// The text of a file without white space at its end, or nil when it cannot be read.
  static func text(_ path: String, limit: Int = 64 << 10) -> String? {
    guard var bytes = bytes(path, limit: limit) else { return nil }
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a text in one call; answers 0 or a negative errno.
  static func write(_ text: String, to path: String) -> Int {
    let file = ci_open(path, CI_WRITE)
    guard file >= 0 else { return Int(file) }
    defer { ci_close(file) }
    var text = text
    let result = text.withUTF8 { ci_write(file, $0.baseAddress, $0.count) }
    return min(result, 0)
  }

  /// The names in a directory; empty when there is none.
  static func names(in directory: String) -> [String] {
    var names: [String] = []
    withUnsafeMutablePointer(to: &names) { pointer in
      _ = ci_list(
        directory,
        { context, name in
          guard let context, let name else { return }
          context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
        }, pointer)
    }
    return names
  }
}
