/// What a plan compares its results with.
package enum PlanBaseline: Equatable, Sendable {
  /// The newest earlier run of the history that has the same kernels and machines, and was not stopped halfway.
  case previous
  /// A run: an id of the history, a directory, a `run.json`.
  case run(String)
  /// A kernel of the plan, as its results call it; all others are compared with it.
  case kernel(String)
}
