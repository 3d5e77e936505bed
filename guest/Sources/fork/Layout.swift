import GuestKit
import LinuxMM
import UffdWP

/// What most fork cases begin with: 0...2 are protected pages, 3 is not protected, 4 a protected hole and
/// 5 a plain one.
struct Layout {
  let pages: Pages
  let tracker: Tracker
  /// Whether the protected hole is a marker: on anonymous memory only with `WP_UNPOPULATED`.
  let hasMarker: Bool

  init(_ trial: Trial, _ backing: Backing, features: Userfaultfd.Features = []) throws(CaseEnd) {
    pages = try backing.map(trial, pages: 6)
    pages.fill(0..<4)
    tracker = try Tracker(trial, of: pages, features: features)
    hasMarker = backing != .anon || features.contains(.writeProtectUnpopulated)
    try tracker.protect(pages, 0..<3)
    try tracker.protect(pages, 4)
    try trial.expectPagemap(pages, 0..<3, backing.writtenLetters + "W", "protected")
    try trial.expectPagemap(pages, 4, hole, "protected while empty")
  }

  /// Pagemap letters of the protected hole.
  var hole: String { hasMarker ? pages.backing.markerLetters : "-" }

  /// The pages that are protected.
  var protected: [Int] { hasMarker ? [0, 1, 2, 4] : [0, 1, 2] }
}

extension Backing {
  /// Pagemap letters of a page that two processes map.
  var sharedLetters: String { isShared ? "PF" : "P" }
}

/// Checks whether a mapping is registered for write-protection.
func expectRegistered(_ trial: Trial, _ pages: Pages, _ expected: Bool, _ whose: String)
  throws(CaseEnd)
{
  let flagged = try trial.attempt("reading smaps", try Smaps(pages.range)).anyHas(flag: "uw")
  try trial.expect(
    flagged == expected, expected: whose + (expected ? ": uw in VmFlags" : ": no uw in VmFlags"),
    seen: flagged ? "uw" : "no uw")
}
