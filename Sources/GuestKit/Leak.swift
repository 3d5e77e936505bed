/// What a case left behind: what should be, and what is.
struct Leak {
  let expected: String
  let seen: String

  /// One sentence pair out of several.
  static func summary(_ leaks: [Leak], _ circumstances: String) -> (expected: String, seen: String)
  {
    var (expected, seen) = ("", "")
    for leak in leaks {
      if !expected.isEmpty {
        expected += "; "
        seen += "; "
      }
      expected += leak.expected
      seen += leak.seen
    }
    return ("after the case: " + expected, "after the case: " + seen + circumstances)
  }
}
