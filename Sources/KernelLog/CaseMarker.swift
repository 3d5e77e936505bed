/// What the guest writes to the kernel log around suites and cases.
enum CaseMarker: Equatable, Sendable {
  case suiteStart(String)
  case suiteEnd(String)
  case caseStart(String)
  case caseEnd(String)

  /// Reads `faultline: case NAME start`; nil for anything else.
  init?(_ message: String) {
    guard let rest = message.dropping(prefix: "faultline: ") else { return nil }
    let words = rest.split(separator: " ")
    guard words.count == 3 else { return nil }
    let name = String(words[1])
    switch (words[0], words[2]) {
    case ("suite", "start"): self = .suiteStart(name)
    case ("suite", "end"): self = .suiteEnd(name)
    case ("case", "start"): self = .caseStart(name)
    case ("case", "end"): self = .caseEnd(name)
    default: return nil
    }
  }
}
