import Foundation

/// What became of each patch of a series, applied in order.
package struct AppliedSeries: Sendable, Equatable {
  package struct Step: Sendable, Equatable {
    package let patch: Patch
    package let outcome: Outcome
  }

  package enum Outcome: Sendable, Equatable {
    /// The source with this patch and all before it.
    case applied(SourceChange)
    case refused(PatchRefusal)
    /// A patch before it was refused.
    case notTried
  }

  /// One for each patch.
  package let steps: [Step]

  /// The first patch that did not apply.
  package var refusal: PatchRefusal? {
    for step in steps { if case .refused(let refusal) = step.outcome { return refusal } }
    return nil
  }

  /// Applies the patches to copies of the files they touch; `sourceRoot` is only read.
  ///
  /// The folder `scratch` is made when it is not there; of what is in it, `tree`, `git` and `patch`
  /// are replaced. Throws `ChildFailure`, `CancellationError`, and Foundation's errors when a file
  /// cannot be copied.
  package static func apply(
    _ patches: [Patch], to sourceRoot: String, scratch: String
  ) async throws -> AppliedSeries {
    let tree = try PatchedTree(scratch: scratch, sourceRoot: sourceRoot)
    try await tree.prepare(for: patches)
    var steps: [Step] = []
    var change = SourceChange.none
    var isRefused = false
    for patch in patches {
      guard !isRefused else {
        steps.append(Step(patch: patch, outcome: .notTried))
        continue
      }
      if let refusal = try await tree.apply(patch) {
        isRefused = true
        steps.append(Step(patch: patch, outcome: .refused(refusal)))
      } else {
        change = try await tree.change(after: change)
        steps.append(Step(patch: patch, outcome: .applied(change)))
      }
    }
    return AppliedSeries(steps: steps)
  }
}
