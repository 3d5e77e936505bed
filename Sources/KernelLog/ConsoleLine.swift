/// One line of a serial console, without what printk and the terminal put around the message.
package struct ConsoleLine: Equatable, Sendable {
  /// The whole line, printable characters only.
  package let raw: String
  /// The message, as the kernel's source wrote it; leading blanks are kept.
  package let message: String
  /// Who printed it (`T123`, `C0`), when the kernel has PRINTK_CALLER.
  package let caller: String?

  package init(_ bytes: some Collection<UInt8>) {
    let clean = Self.printable(bytes)
    var rest = clean[...]
    Self.dropLevel(&rest)
    var caller: ArraySlice<UInt8>?
    if Self.dropTimestamp(&rest) {
      caller = Self.takeCaller(&rest)
      if rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
      // A message of /dev/kmsg can carry its level a second time.
      Self.dropLevel(&rest)
    }
    raw = String(decoding: clean, as: UTF8.self)
    message = String(decoding: rest, as: UTF8.self)
    self.caller = caller.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Where a timestamp stands in the middle of a line: two lines that lost the newline between
  /// them.
  static func gluedTimestamp(in bytes: [UInt8]) -> Int? {
    var index = 1
    while let bracket = bytes[min(index, bytes.count)...].firstIndex(of: UInt8(ascii: "[")) {
      var rest = bytes[bracket...]
      if dropTimestamp(&rest), bytes[..<bracket].contains(where: { $0 > UInt8(ascii: " ") }),
        bytes[bracket - 1] != UInt8(ascii: ">")
      {
        return bracket
      }
      index = bracket + 1
    }
    return nil
  }

  /// Drops colours, carriage returns and every other control character but the tab.
  private static func printable(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var clean: [UInt8] = []
    clean.reserveCapacity(bytes.count)
    var inEscape = false
    for byte in bytes {
      if byte == 0x1b {
        inEscape = true
      } else if inEscape {
        if byte >= 0x40 && byte <= 0x7e && byte != UInt8(ascii: "[") { inEscape = false }
      } else if byte >= 0x20 && byte != 0x7f || byte == UInt8(ascii: "\t") {
        clean.append(byte)
      }
    }
    return clean
  }

  /// Drops `<4>`.
  private static func dropLevel(_ rest: inout ArraySlice<UInt8>) {
    let digits = rest.dropFirst().prefix(while: isDigit)
    guard rest.first == UInt8(ascii: "<"), (1...3).contains(digits.count),
      digits.endIndex < rest.endIndex, rest[digits.endIndex] == UInt8(ascii: ">")
    else { return }
    rest = rest[(digits.endIndex + 1)...]
  }

  /// Drops `[    1.234567]`; six decimals tell it from a bracket in a message.
  private static func dropTimestamp(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: "[") else { return false }
    let seconds = rest.dropFirst().drop { $0 == UInt8(ascii: " ") }
    let whole = seconds.prefix(while: isDigit)
    guard !whole.isEmpty, whole.endIndex < rest.endIndex,
      rest[whole.endIndex] == UInt8(ascii: ".")
    else { return false }
    let fraction = rest[(whole.endIndex + 1)...].prefix(while: isDigit)
    guard fraction.count == 6, fraction.endIndex < rest.endIndex,
      rest[fraction.endIndex] == UInt8(ascii: "]")
    else { return false }
    rest = rest[(fraction.endIndex + 1)...]
    return true
  }

  /// Takes `[  T123]` or `[ C0]`.
  private static func takeCaller(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.first == UInt8(ascii: "["), let close = rest.prefix(16).firstIndex(of: 0x5d)
    else { return nil }
    let caller = rest[(rest.startIndex + 1)..<close].drop { $0 == UInt8(ascii: " ") }
    guard caller.first == UInt8(ascii: "T") || caller.first == UInt8(ascii: "C"),
      caller.count > 1, caller.dropFirst().allSatisfy(isDigit)
    else { return nil }
    rest = rest[(close + 1)...]
    return caller
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
