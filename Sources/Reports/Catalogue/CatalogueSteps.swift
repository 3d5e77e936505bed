/// A case's steps as one paragraph.
enum CatalogueSteps {
  /// More steps than this are a long case, whose code says more than its steps.
  static let limit = 24

  /// The steps with arrows between: addresses left out, a step that only begins the next one dropped, and steps
  /// that differ only in their numbers told once.
  static func text(_ steps: [String]) -> String {
    let plain = steps.map(withoutAddresses)
    var kept: [(step: String, count: Int)] = []
    for (index, step) in plain.enumerated() {
      let next = index + 1 < plain.count ? plain[index + 1] : ""
      if step.hasSuffix(": success"), next.hasPrefix(step.dropLast(": success".count)) { continue }
      if let last = kept.last, withoutNumbers(last.step) == withoutNumbers(step) {
        kept[kept.count - 1].count += last.step == step ? 0 : 1
      } else {
        kept.append((step, 1))
      }
    }
    let shown = kept.prefix(limit).map { step, count in
      step.replacing("|", with: "\\|").replacing("<", with: "&lt;")
        + (count > 1 ? " (and \(count - 1) like it)" : "")
    }
    let rest = kept.count - shown.count
    return shown.joined(separator: " → ") + (rest > 0 ? " → and \(rest) more" : "")
  }

  private static func withoutNumbers(_ step: String) -> String {
    String(step.filter { !$0.isNumber })
  }

  /// Addresses differ from run to run: eight hexadecimal digits and more are one.
  private static func withoutAddresses(_ step: String) -> String {
    step.replacing(/0x[0-9a-f]{8,}/, with: "an address")
  }
}
