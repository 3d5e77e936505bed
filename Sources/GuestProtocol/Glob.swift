/// A shell-like pattern in which `*` stands for any run of characters and `?` for exactly one.
///
/// The pattern must match the whole text. `/` is an ordinary character, so `swap-*` also matches
/// `swap-shmem.out-in-keeps/tmpfs`. There are no character classes and no escapes: no name that is
/// matched here (case, suite, kernel) can hold a `*` or a `?`.
public struct Glob: Equatable, Hashable, Sendable {
  /// The pattern as it was written.
  public let pattern: String

  /// Makes a pattern; every string is one.
  public init(_ pattern: String) {
    self.pattern = pattern
  }

  /// Whether the whole of `text` matches.
  ///
  /// Costs at most pattern × text byte comparisons: only the last `*` is ever tried again.
  public func matches(_ text: String) -> Bool {
    let pattern = Array(self.pattern.utf8)
    let text = Array(text.utf8)
    var patternIndex = 0
    var textIndex = 0
    var resume: (pattern: Int, text: Int)?
    while textIndex < text.count {
      if patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
        patternIndex += 1
        resume = (patternIndex, textIndex)
      } else if patternIndex < pattern.count,
        pattern[patternIndex] == UInt8(ascii: "?") || pattern[patternIndex] == text[textIndex]
      {
        patternIndex += 1
        textIndex += 1
      } else if let star = resume {
        patternIndex = star.pattern
        textIndex = star.text + 1
        resume = (star.pattern, textIndex)
      } else {
        return false
      }
    }
    return pattern[patternIndex...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
