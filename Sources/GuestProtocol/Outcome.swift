/// What a test program may say about one of its cases; crashed, hung and lost are the host's words.
public enum Outcome: Equatable, Sendable {
  /// The promise held, and the path was exercised.
  case pass
  /// The promise was broken; what was expected and seen stands beside it.
  case fail
  /// This kernel, configuration or machine lacks what the case needs.
  case skip(SkipKind, String)
  /// The kernel did not take the path that the case is about.
  case unexercised(String)
  /// The test itself could not do its work.
  case error(String)

  /// What is lacking when a case is skipped.
  public enum SkipKind: String, Sendable, CaseIterable {
    /// The kernel does not have it yet.
    case feature
    /// The kernel was built or booted without it.
    case config
    /// The machine has too little of it.
    case resource
    /// The program may not.
    case privilege
  }

  /// Whether the result line says `ok`: what was skipped counts as no failure.
  public var isOK: Bool {
    switch self {
    case .pass, .skip, .unexercised: true
    case .fail, .error: false
    }
  }

  /// Equal kinds with the same bytes in their texts.
  ///
  /// Not derived: `==` of strings knows canonically equivalent spellings, and its Unicode tables would
  /// be a tenth of every guest program.
  public static func == (one: Outcome, other: Outcome) -> Bool {
    switch (one, other) {
    case (.pass, .pass), (.fail, .fail): true
    case (.skip(let kind, let text), .skip(let otherKind, let otherText)):
      kind == otherKind && text.utf8.elementsEqual(otherText.utf8)
    case (.unexercised(let text), .unexercised(let otherText)),
      (.error(let text), .error(let otherText)):
      text.utf8.elementsEqual(otherText.utf8)
    default: false
    }
  }
}
