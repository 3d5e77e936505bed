/// Makes the lines of a test program's report, in the dialect of docs/protocol.md.
///
/// Every function returns whole lines with their newlines and writes nothing; the writer counts results for
/// the totals. Texts are cut to `textLimit` bytes and their control characters become blanks.
public struct KTAPWriter: Sendable {
  /// The most bytes of a text in a line.
  public static let textLimit = 1000

  private var passed = 0
  private var failed = 0
  private var skipped = 0
  private var errors = 0

  public init() {}

  /// The version and the plan.
  public func header(caseCount: Int) -> String { "KTAP version 1\n1..\(caseCount)\n" }

  /// Printed before the case's body starts, so that a crash has a name.
  public func start(_ name: String) -> String { "# case \(name)\n" }

  /// A measured fact of the running case.
  public func evidence(_ key: String, _ value: String) -> String {
    "# evidence \(key)=\(KTAPWriter.clean(value))\n"
  }

  /// Something that the case did or checked; stands before the result.
  public func step(_ text: String) -> String { "# step \(KTAPWriter.clean(text))\n" }

  /// Both sides of a broken promise; stands before the result.
  public func mismatch(expected: String, seen: String) -> String {
    "# expected \(KTAPWriter.clean(expected))\n# seen \(KTAPWriter.clean(seen))\n"
  }

  /// The result of case `number` (from 1).
  public mutating func result(
    _ number: Int, _ name: String, _ outcome: Outcome, milliseconds: UInt64
  ) -> String {
    let directive: String
    var text = ""
    switch outcome {
    case .pass:
      passed += 1
      directive = ""
    case .fail:
      failed += 1
      directive = ""
    case .skip(let kind, let reason):
      skipped += 1
      directive = "SKIP " + kind.rawValue + ": "
      text = reason
    case .unexercised(let reason):
      skipped += 1
      directive = "SKIP unexercised: "
      text = reason
    case .error(let reason):
      errors += 1
      directive = "ERROR "
      text = reason
    }
    return line(number, name, outcome.isOK, directive, text, milliseconds)
  }

  /// The result of a case that did not end before its deadline.
  public mutating func timeout(
    _ number: Int, _ name: String, _ text: String, milliseconds: UInt64
  ) -> String {
    errors += 1
    return line(number, name, false, "TIMEOUT ", text, milliseconds)
  }

  private func line(
    _ number: Int, _ name: String, _ isOK: Bool, _ directive: String, _ text: String,
    _ milliseconds: UInt64
  ) -> String {
    let words = directive.isEmpty ? "" : directive + KTAPWriter.clean(text) + " "
    return (isOK ? "ok " : "not ok ") + number.description + " " + name + " # " + words
      + "time_ms=" + milliseconds.description + "\n"
  }

  /// The last line.
  public func totals() -> String {
    "# Totals: pass:\(passed) fail:\(failed) xfail:0 xpass:0 skip:\(skipped) error:\(errors)\n"
  }

  /// kselftest's exit status: 1 after any failure or error, 4 when everything was skipped, else 0.
  public var exitStatus: Int32 {
    if failed + errors > 0 { return 1 }
    return passed == 0 && skipped > 0 ? 4 : 0
  }

  /// A text that stays on one line and within the limit.
  static func clean(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8.prefix(textLimit) { bytes.append(byte < 32 || byte == 127 ? 32 : byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
