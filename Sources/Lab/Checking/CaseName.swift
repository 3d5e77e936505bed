internal import Results

/// A case whatever kernel it runs on.
struct CaseName: Hashable, Sendable {
  let suite: String
  let name: String

  init(_ planned: PlannedCase) {
    suite = planned.suite
    name = planned.name
  }

  init(suite: String, name: String) {
    self.suite = suite
    self.name = name
  }

  static let boot = CaseName(suite: "boot", name: "boot")
}
