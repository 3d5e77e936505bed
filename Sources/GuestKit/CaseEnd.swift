public import GuestProtocol

/// Why a case's body stopped early; the first one ends the case.
public enum CaseEnd: Error, Sendable {
  /// The kernel broke the promise.
  case failed(expected: String, seen: String)
  /// Something the case needs is lacking.
  case skipped(Outcome.SkipKind, String)
  /// The kernel did not take the path that the case is about.
  case unexercised(String)
  /// The test could not do its work.
  case error(String)

  /// What the runner says about it.
  public var outcome: Outcome {
    switch self {
    case .failed: .fail
    case .skipped(let kind, let text): .skip(kind, text)
    case .unexercised(let text): .unexercised(text)
    case .error(let text): .error(text)
    }
  }
}
