package import GuestProtocol

/// A failure or splat that is known: which results it explains, and until when.
package struct KnownIssue: Equatable, Sendable {
  /// Which kernels have the issue.
  package enum Kernels: Equatable, Sendable {
    /// By the name a kernel has in the run: `debian-6.*`.
    case named([Glob])
    /// By release, both ends included; nil is open. `6.12` as an end includes all of 6.12.y.
    case releases(from: KernelRelease?, through: KernelRelease?)
  }

  /// Short, unique, stable: it stands in `run.json`.
  package var id: String
  /// The cases it explains; nil for any case, when `splat` says which results it is about.
  package var cases: Glob?
  /// Cases that `cases` matches and that the issue is not about.
  package var exceptions: [Glob]
  /// The splat titles it explains; nil for a result without splats.
  package var splat: Glob?
  /// The verdicts it explains.
  package var verdicts: Set<Verdict>
  package var kernels: Kernels
  /// Whether the case passes there as well, now and then.
  package var isIntermittent: Bool
  /// What is wrong, in one sentence.
  package var reason: String
  /// The commit that mends it, or `open`.
  package var fix: String
  package var link: String
  /// The last day on which the entry excuses anything.
  package var expires: CalendarDate

  /// Makes an entry.
  ///
  /// Empty `verdicts` stand for the usual ones: `fail`, and `crash` too when `splat` is given.
  package init(
    id: String, cases: Glob?, exceptions: [Glob] = [], splat: Glob? = nil,
    verdicts: Set<Verdict> = [], kernels: Kernels, isIntermittent: Bool = false,
    reason: String, fix: String, link: String, expires: CalendarDate
  ) {
    self.id = id
    self.cases = cases
    self.exceptions = exceptions
    self.splat = splat
    self.verdicts = verdicts.isEmpty ? (splat == nil ? [.fail] : [.fail, .crash]) : verdicts
    self.kernels = kernels
    self.isIntermittent = isIntermittent
    self.reason = reason
    self.fix = fix
    self.link = link
    self.expires = expires
  }

  /// Whether the issue explains this result.
  ///
  /// An entry without `splat` explains no result that carries one, and an entry with `splat` only
  /// results whose splats it names all: a new complaint of the kernel is never hidden behind an old
  /// failure. One without `cases` explains the splat and nothing else: no result whose check failed, too.
  package func explains(_ result: CaseResult, release: String?) -> Bool {
    verdicts.contains(result.verdict) && covers(result, release: release)
      && hasFoundSplats(of: result) && (cases != nil || result.expected == nil)
  }

  /// Whether the issue says that this case does not pass on this kernel.
  ///
  /// Only entries that name cases say so, and of splats none does: whether the kernel complains may depend on how it was
  /// configured, and on chance.
  package func expectsFailure(of result: CaseResult, release: String?) -> Bool {
    cases != nil && splat == nil && !isIntermittent && covers(result, release: release)
  }

  private func covers(_ result: CaseResult, release: String?) -> Bool {
    let name = result.planned.name
    if let cases, !cases.matches(name) { return false }
    if exceptions.contains(where: { $0.matches(name) }) { return false }
    return covers(kernel: result.planned.kernel, release: release)
  }

  /// Whether a kernel is among those that have the issue; one without a known release is in no
  /// range.
  package func covers(kernel: String, release: String?) -> Bool {
    switch kernels {
    case .named(let globs): return globs.contains { $0.matches(kernel) }
    case .releases(let from, let through):
      guard let release = release.flatMap({ KernelRelease($0) }) else { return false }
      if let from, !release.isAtLeast(from) { return false }
      if let through, !release.isAtMost(through) { return false }
      return true
    }
  }

  private func hasFoundSplats(of result: CaseResult) -> Bool {
    guard let splat else { return result.splats.isEmpty }
    return !result.splats.isEmpty && result.splats.allSatisfy { splat.matches($0.title) }
  }
}
