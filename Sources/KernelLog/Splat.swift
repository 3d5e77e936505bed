/// One complaint of a kernel: everything from its first line to its last.
package struct Splat: Equatable, Sendable {
  package var kind: SplatKind
  /// One line that stays the same between runs: no addresses, pids, CPU numbers or times.
  package var title: String
  /// What makes two splats the same: kind, title and the first meaningful functions.
  package var fingerprint: String
  /// Whether the kernel cannot be trusted afterwards: an oops, a BUG or a panic.
  package var isFatal: Bool
  /// The lines as they were printed, without colour or control characters, bounded.
  package var text: String
  /// The few lines before the splat.
  package var context: [String]
  /// The console line it starts in, counted from 1.
  package var lineNumber: Int
  /// What was running then.
  package var owner: SplatOwner
  /// How often it was printed while this owner ran.
  package var count: Int
  /// Its first backtrace, innermost first, with the machinery.
  package var backtrace: [CodePlace]

  package init(
    kind: SplatKind, title: String, fingerprint: String, isFatal: Bool, text: String,
    context: [String] = [], lineNumber: Int = 1, owner: SplatOwner = .boot, count: Int = 1,
    backtrace: [CodePlace] = []
  ) {
    self.kind = kind
    self.title = title
    self.fingerprint = fingerprint
    self.isFatal = isFatal
    self.text = text
    self.context = context
    self.lineNumber = lineNumber
    self.owner = owner
    self.count = count
    self.backtrace = backtrace
  }
}
