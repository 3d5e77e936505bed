package import GuestProtocol

/// What a test program said of a case in its result line.
package enum Claim: Equatable, Hashable, Sendable {
  case pass
  /// With what the program said beside `not ok`.
  case fail(String)
  case skip(Reason)
  case unexercised(String)
  case error(String)
  /// The program's own deadline for the case passed.
  case timeout(String)

  /// Reads a result line.
  ///
  /// `# SKIP` means skipped, also after `not ok`; its text begins with the reason's kind (`feature:
  /// …`). `XFAIL` passes as KTAP has it, `XPASS` and `TODO` fall back to `ok` and `not ok`.
  package init(_ point: KTAPPoint) {
    switch point.directive {
    case .skip: self = Self.skipped(point.text)
    case .error where !point.ok: self = .error(point.text)
    case .timeout where !point.ok: self = .timeout(point.text)
    case .expectedFailure: self = .pass
    case nil, .todo, .unexpectedPass, .error, .timeout:
      self = point.ok ? .pass : .fail(point.text)
    }
  }

  private static func skipped(_ text: String) -> Self {
    guard let colon = text.firstIndex(of: ":") else { return .skip(Reason(.other, text)) }
    let rest = text[text.index(after: colon)...].drop { $0 == " " }
    switch text[..<colon] {
    case "unexercised": return .unexercised(String(rest))
    case "feature": return .skip(Reason(.feature, String(rest)))
    case "config": return .skip(Reason(.config, String(rest)))
    case "resource": return .skip(Reason(.resource, String(rest)))
    case "privilege": return .skip(Reason(.privilege, String(rest)))
    default: return .skip(Reason(.other, text))
    }
  }

  /// Whether the claim makes a program end with status 1.
  var isFailure: Bool {
    switch self {
    case .fail, .error, .timeout: true
    case .pass, .skip, .unexercised: false
    }
  }
}
