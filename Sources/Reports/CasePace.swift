package import Results

/// How long cases take against their own deadlines: one that needs half of it will need all of it on a worse day.
package struct CasePace: Sendable {
  /// From this share of its deadline on a case is slow, in percent.
  package static let slowPercent = 50

  private struct Key: Hashable {
    let suite: String
    let name: String
  }

  /// In milliseconds, on a machine of ordinary speed.
  private let deadlines: [Key: Int]

  /// - Parameter listings: what the programs declare; a case that is not there is never slow.
  package init(_ listings: some Sequence<CaseListing> = []) {
    deadlines = Dictionary(
      listings.map { (Key(suite: $0.suite, name: $0.name), $0.deadlineMilliseconds) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What the case has in a guest that is so slow, in milliseconds; nil when it is not known.
  func deadline(suite: String, name: String, slowness: Int) -> Int? {
    deadlines[Key(suite: suite, name: name)].map { $0 * slowness / 100 }
  }

  /// Whether so much time, in milliseconds, is much of that deadline.
  static func isSlow(_ milliseconds: Int, of deadline: Int) -> Bool {
    deadline > 0 && milliseconds * 100 >= deadline * slowPercent
  }

  /// The deadline of a case that ended by itself and was slow; nil for all others.
  func slowDeadline(of result: CaseResult, slowness: Int) -> Int? {
    guard [.pass, .fail, .unexercised].contains(result.verdict),
      let time = result.durationMilliseconds,
      let deadline = deadline(
        suite: result.planned.suite, name: result.planned.name, slowness: slowness),
      Self.isSlow(time, of: deadline)
    else { return nil }
    return deadline
  }

  /// `18 s of 30 s`.
  func words(_ result: CaseResult, _ deadline: Int) -> String {
    "\(TextLayout.time(milliseconds: result.durationMilliseconds ?? 0)) of "
      + TextLayout.time(milliseconds: deadline)
  }
}
