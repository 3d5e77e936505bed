/// A machine name that the catalogue does not have.
package struct UnknownMachine: Error, Equatable, CustomStringConvertible {
  package let name: String
  /// Known names like it, nearest first; empty when none is near.
  package let nearest: [String]
  /// Every name the catalogue has.
  package let known: [String]

  package var description: String {
    let hint =
      nearest.isEmpty
      ? "known: " + known.joined(separator: ", ")
      : "did you mean " + nearest.joined(separator: " or ") + "?"
    return "unknown machine \"\(name)\"; \(hint)"
  }
}
