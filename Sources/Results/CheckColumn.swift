/// One kernel of a check: the base, a patch of a series, or a planted bug.
package struct CheckColumn: Hashable, Sendable {
  package enum Kind: Sendable {
    case base, patch, mutant
  }

  package var kind: Kind
  /// 1 for the first patch or mutant, 0 for the base.
  package var number: Int
  /// How many patches or mutants there are.
  package var count: Int
  /// The subject or the mutant's name.
  package var title: String

  package init(_ kind: Kind, number: Int = 0, of count: Int, title: String = "") {
    self.kind = kind
    self.number = number
    self.count = count
    self.title = title
  }

  /// `base`, `patch 3/12`, `mutant 07/24`: the same width for the whole check.
  package var label: String {
    let total = String(count)
    let padding = String(repeating: "0", count: max(0, total.count - String(number).count))
    return switch kind {
    case .base: "base"
    case .patch: "patch \(number)/\(total)"
    case .mutant: "mutant \(padding)\(number)/\(total)"
    }
  }
}
