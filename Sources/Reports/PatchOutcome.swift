import Results

/// What a check says about one patch, in words that all its reports use.
struct PatchOutcome {
  /// Where a kernel stopped.
  enum Step: String, CaseIterable {
    case apply, build, boot
  }

  let patch: PatchCheck
  /// How many patches the series has.
  let count: Int
  /// The step that failed with this patch.
  let broken: Step?
  /// The earlier patch that this one failed with, or that kept it from being applied.
  let culprit: Int?
  /// In how many cases it was tested.
  let testedCases: Int
  /// Whether a later patch was tested, and this one with it.
  let isFollowedByTested: Bool

  init(_ patch: PatchCheck, of check: SeriesCheck) {
    self.patch = patch
    count = check.patches.count
    testedCases = check.testedCases(column: patch.index)
    isFollowedByTested = check.patches.contains { $0.index > patch.index && $0.kernel.tested }
    let earlier = check.patches.filter { $0.index < patch.index }
    let broken = Self.broken(patch)
    self.broken = broken
    culprit = Self.culprit(of: broken, applies: patch.applies, after: earlier)
  }

  /// All patches of a check.
  static func all(of check: SeriesCheck) -> [PatchOutcome] {
    check.patches.map { PatchOutcome($0, of: check) }
  }

  private static func broken(_ patch: PatchCheck) -> Step? {
    if patch.applies == false { return .apply }
    if patch.kernel.builds == false { return .build }
    return patch.kernel.boots == false ? .boot : nil
  }

  /// The first of the unbroken row of patches before this one that stopped at the same step.
  private static func culprit(
    of broken: Step?, applies: Bool?, after earlier: [PatchCheck]
  ) -> Int? {
    guard let broken else {
      return applies == nil ? earlier.first { $0.applies == false }?.index : nil
    }
    var first: Int?
    for patch in earlier.reversed() {
      let isTried = patch.kernel.builds != nil || patch.applies == false
      guard isTried else { continue }
      guard Self.broken(patch) == broken else { break }
      first = patch.index
    }
    return first
  }

  /// Whether this patch itself does harm.
  var isToBlame: Bool {
    (broken != nil && culprit == nil) || !patch.introduced.isEmpty || !patch.kernel.splats.isEmpty
  }

  /// Whether there is anything to say about it.
  var isChecked: Bool {
    patch.kernel.builds != nil || patch.applies == false || patch.kernel.tested
      || !patch.introduced.isEmpty || culprit != nil
  }

  /// What harm it does, or why it was not tested, or that all is well: one phrase.
  var summary: String {
    let kernel = patch.kernel
    var parts: [String] = []
    if let culprit {
      parts.append(
        broken.map { "does not \($0) either, as patch \(culprit)" }
          ?? "not tested, since patch \(culprit) does not apply")
    } else if let broken {
      parts.append("does not \(broken)")
    }
    let counts = [
      (patch.introduced.count, "regression"), (kernel.splats.count, "new splat"),
      (kernel.warnings.count, "new compiler warning"), (patch.unconfirmed.count, "flaky case"),
      (patch.fixed.count, "fixed case"),
    ]
    parts += counts.filter { $0.0 > 0 }.map { TextLayout.count($0.0, $0.1) }
    let isTested = kernel.tested || testedCases > 0
    let cases = TextLayout.count(testedCases, "case")
    guard parts.isEmpty else {
      return parts.joined(separator: ", ") + (isTested && broken == nil ? "; \(cases)" : "")
    }
    if isTested { return "ok, \(cases)" }
    if kernel.builds == true { return kernel.boots == true ? "boots" : "builds" }
    return isFollowedByTested ? "not tested by itself" : "not tested"
  }

  /// `4/12`.
  var number: String { "\(patch.index)/\(count)" }
}
