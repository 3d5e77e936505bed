internal import GuestProtocol
internal import LinuxMM

/// What a case's process tells the runner, one short line each, over a pipe.
///
/// Lines: `eKEY=VALUE` evidence · `tTEXT` step · `xTEXT` expected · `sTEXT` seen · then exactly one end: `p`
/// pass, `f` fail, `kKIND TEXT` skip, `uTEXT` unexercised, `dTEXT` error (also written by the crash reporter).
enum Report {
  case evidence(String, String)
  case step(String)
  case expected(String)
  case seen(String)
  case end(Outcome)

  /// The most bytes a case may report; the rest is dropped.
  static let limit = 256 << 10

  var line: String {
    switch self {
    case .evidence(let key, let value): "e\(key)=\(Report.flat(value))\n"
    case .step(let text): "t\(Report.flat(text))\n"
    case .expected(let text): "x\(Report.flat(text))\n"
    case .seen(let text): "s\(Report.flat(text))\n"
    case .end(.pass): "p\n"
    case .end(.fail): "f\n"
    case .end(.skip(let kind, let text)): "k\(kind.rawValue) \(Report.flat(text))\n"
    case .end(.unexercised(let text)): "u\(Report.flat(text))\n"
    case .end(.error(let text)): "d\(Report.flat(text))\n"
    }
  }

  /// Reads a line without its newline; nil when it is not one of ours.
  init?(line: some Collection<UInt8>) {
    guard let tag = line.first else { return nil }
    let rest = line.dropFirst()
    let text = String(decoding: rest, as: UTF8.self)
    switch tag {
    case UInt8(ascii: "e"):
      guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let value = rest[rest.index(after: equals)...]
      self = .evidence(
        String(decoding: rest[..<equals], as: UTF8.self), String(decoding: value, as: UTF8.self))
    case UInt8(ascii: "t"): self = .step(text)
    case UInt8(ascii: "x"): self = .expected(text)
    case UInt8(ascii: "s"): self = .seen(text)
    case UInt8(ascii: "p"): self = .end(.pass)
    case UInt8(ascii: "f"): self = .end(.fail)
    case UInt8(ascii: "u"): self = .end(.unexercised(text))
    case UInt8(ascii: "d"): self = .end(.error(text))
    case UInt8(ascii: "k"):
      guard let blank = rest.firstIndex(of: UInt8(ascii: " ")),
        let kind = Outcome.SkipKind.allCases.first(where: {
          $0.rawValue.utf8.elementsEqual(rest[..<blank])
        })
      else { return nil }
      let words = rest[rest.index(after: blank)...]
      self = .end(.skip(kind, String(decoding: words, as: UTF8.self)))
    default: return nil
    }
  }

  /// The lines that say how a body ended.
  static func lines(for end: CaseEnd?) -> String {
    guard let end else { return Report.end(.pass).line }
    guard case .failed(let expected, let seen) = end else { return Report.end(end.outcome).line }
    return Report.expected(expected).line + Report.seen(seen).line + Report.end(.fail).line
  }

  private static func flat(_ text: String) -> String {
    let isFlat = text.utf8.count <= 1000 && !text.utf8.contains { $0 < 32 || $0 == 127 }
    if isFlat { return text }
    let bytes = text.utf8.prefix(1000).map { $0 < 32 || $0 == 127 ? 32 : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What has been reported so far, taken apart from bytes as they come.
struct ReportReader {
  /// What the case did, in order; the same thing over and over is one step.
  private(set) var steps: [String] = []
  /// Whether the case says that the machine is not what it was; see `Trial.leaves`.
  private(set) var leavesTraces = false
  private(set) var expected = ""
  private(set) var seen = ""
  private(set) var end: Outcome?
  private var pending: [UInt8] = []
  private var received = 0

  /// Takes the next bytes; returns the evidence that became complete with them.
  mutating func take(_ bytes: [UInt8]) -> [(key: String, value: String)] {
    var fresh: [(key: String, value: String)] = []
    received += bytes.count
    guard received <= Report.limit else { return fresh }
    for byte in bytes {
      guard byte == 10 else {
        pending.append(byte)
        continue
      }
      if let report = Report(line: pending), let found = note(report) { fresh.append(found) }
      pending.removeAll(keepingCapacity: true)
    }
    return fresh
  }

  private mutating func note(_ report: Report) -> (key: String, value: String)? {
    switch report {
    case .evidence(let key, let value):
      if isSame(key, Trial.leavesKey) { leavesTraces = true }
      return (key, value)
    case .step(let text): noteStep(text)
    case .expected(let text): expected = text
    case .seen(let text): seen = text
    case .end(let outcome): if end == nil { end = outcome }
    }
    return nil
  }

  private mutating func noteStep(_ text: String) {
    if let last = steps.last, isSame(last, text) { return }
    steps.append(text)
  }
}
