internal import Kernels

/// A command line that names something that does not exist or does not fit; ends with 64.
struct UsageFailure: Error, CustomStringConvertible {
  let description: String

  /// More names than this are only counted where none is near.
  private static let namesShown = 12

  init(_ description: String) {
    self.description = description
  }

  /// A name nobody knows, with the nearest known names and how to list them all.
  init(unknown what: String, _ name: String, known: [String], list: String) {
    let near = NearestNames.of(name, among: known)
    let some = known.prefix(Self.namesShown).joined(separator: ", ")
    let more = known.count > Self.namesShown ? " and \(known.count - Self.namesShown) more" : ""
    let hint =
      near.isEmpty
      ? "known: \(some)\(more)" : "near:  \(near.joined(separator: ", "))"
    description = "there is no \(what) “\(name)”\n  \(hint)\n  try:   \(list)"
  }
}
