/// A sysfs or procfs setting that remembers what it was.
public struct Knob: ~Copyable {
  public let path: String
  private let former: String

  /// Sets the knob; the former value comes back when the value goes away.
  public init(_ path: String, to value: String) throws(Errno) {
    let found = Knob.selected(try TextFile.read(path))
    try TextFile.write(value, to: path)
    self.path = path
    former = found
  }

  deinit {
    _ = try? TextFile.write(former, to: path)  // the machine is verified before each suite
  }

  /// The bracketed word of `always [madvise] never`, or the whole trimmed text.
  public static func selected(_ text: String) -> String {
    let bytes = Array(text.utf8)
    if let open = bytes.firstIndex(of: UInt8(ascii: "[")),
      let close = bytes.firstIndex(of: UInt8(ascii: "]")), open < close
    {
      return String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    }
    let blank: (UInt8) -> Bool = { $0 == 10 || $0 == 32 || $0 == 9 }
    guard let first = bytes.firstIndex(where: { !blank($0) }),
      let last = bytes.lastIndex(where: { !blank($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
