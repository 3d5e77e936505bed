internal import Kernels

/// A command line that names something that does not exist or does not fit; ends with 64.
struct UsageFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  /// A name nobody knows, with the nearest known names and how to list them all.
  init(unknown what: String, _ name: String, known: [String], list: String) {
    let near = NearestNames.of(name, among: known)
    let hint =
      near.isEmpty
      ? "known: \(known.joined(separator: ", "))" : "near:  \(near.joined(separator: ", "))"
    description = "there is no \(what) “\(name)”\n  \(hint)\n  try:   \(list)"
  }
}
