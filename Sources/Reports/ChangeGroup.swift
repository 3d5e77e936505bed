import Foundation
import Results

/// Cases that changed in the same way with one patch: told once.
struct ChangeGroup {
  /// The first case, which speaks for all.
  let change: PatchCheck.Change
  /// The names of the others.
  let others: [String]

  /// Groups what has the same verdicts, counts and words; in the order of the changes.
  static func groups(_ changes: [PatchCheck.Change]) -> [ChangeGroup] {
    var order: [Key] = []
    var members: [Key: [PatchCheck.Change]] = [:]
    for change in changes {
      let key = Key(change)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(change)
    }
    return order.compactMap { members[$0] }.compactMap { changes in
      changes.first.map {
        ChangeGroup(change: $0, others: changes.dropFirst().map { Self.title($0) })
      }
    }
  }

  private struct Key: Hashable {
    let verdicts: [Verdict]
    let counts: [Int]
    let words: [String?]

    init(_ change: PatchCheck.Change) {
      verdicts = [change.from, change.to]
      counts = [
        change.baseFails.fails, change.baseFails.runs, change.patchFails.fails,
        change.patchFails.runs,
      ]
      words = [change.expected, change.seen, change.because]
    }
  }

  /// The case's name, with its suite where the name does not begin with it.
  static func title(_ change: PatchCheck.Change) -> String {
    HumanReport.title(
      PlannedCase(kernel: "", machine: "", suite: change.suite, name: change.name))
  }

  var title: String { Self.title(change) }

  /// What is known about the case, label and text, without the other names.
  var facts: [(label: String, text: String)] {
    let evidence = change.evidence.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }.joined(separator: "  ")
    let facts: [(String, String?)] = [
      ("expected", change.expected), ("seen", change.seen), ("because", change.because),
      ("fails", Self.counts(change)), ("evidence", evidence),
    ]
    return facts.compactMap { label, text in
      text.flatMap { $0.isEmpty ? nil : (label, $0) }
    }
  }

  /// `0/20 before, 20/20 with the patch, p = 7.3e-12`.
  static func counts(_ change: PatchCheck.Change) -> String {
    let (base, patch) = (change.baseFails, change.patchFails)
    return "\(base.fails)/\(base.runs) before, \(patch.fails)/\(patch.runs) with the patch, "
      + probability(change.p)
  }

  /// `p = 0.0042`, `p = 7.3e-12`, `p < 1e-300`.
  static func probability(_ p: Double) -> String {
    p < 1e-300 ? "p < 1e-300" : "p = " + String(format: "%.2g", p)
  }
}
