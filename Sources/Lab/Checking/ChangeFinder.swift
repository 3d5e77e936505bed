internal import Results

/// Finds, from verdicts of some columns of a series, which cases changed where, and what to test next
/// to know it to the patch.
///
/// Pure: it is given verdicts and asked. A column that cannot be tested is told to it as such.
struct ChangeFinder {
  /// A case that has different verdicts in two columns, none between them being known.
  struct Change: Equatable {
    let name: CaseName
    /// The column before, and the one where it is different.
    let before: Int
    let after: Int
    let from: Verdict
    let to: Verdict
    let kind: VerdictChange
  }

  /// What would tell more: these cases in this column.
  struct Question: Equatable {
    let column: Int
    /// The columns that the difference lies between.
    let before: Int
    let after: Int
    let names: [CaseName]
  }

  /// By case, then by column; only what is conclusive.
  private var verdicts: [CaseName: [Int: Verdict]] = [:]
  private var order: [CaseName] = []
  /// Asked, and no answer came.
  private var silent: [CaseName: Set<Int>] = [:]
  /// Columns that do not build or boot.
  private var closed: Set<Int> = []

  /// Takes a verdict; the last one of a case in a column counts.
  mutating func note(_ verdict: Verdict, of name: CaseName, in column: Int) {
    guard verdict != .lost, verdict != .missing else {
      silent[name, default: []].insert(column)
      return
    }
    if verdicts[name] == nil { order.append(name) }
    verdicts[name, default: [:]][column] = verdict
  }

  /// Says that nothing but perhaps its boot can be known of a column.
  mutating func close(_ column: Int) { closed.insert(column) }

  /// The verdict of a case in a column; nil when it is not known.
  func verdict(of name: CaseName, in column: Int) -> Verdict? { verdicts[name]?[column] }

  /// Every change from one known column to the next, in the order of cases, then columns.
  var changes: [Change] {
    order.flatMap { name in
      let known = (verdicts[name] ?? [:]).sorted { $0.key < $1.key }
      return zip(known, known.dropFirst()).compactMap { left, right -> Change? in
        let kind = VerdictChange(from: left.value, to: right.value)
        guard kind == .worse || kind == .better else { return nil }
        return Change(
          name: name, before: left.key, after: right.key, from: left.value, to: right.value,
          kind: kind)
      }
    }
  }

  /// The next question, of the widest gap; nil when every change is known as closely as can be.
  var question: Question? {
    var gaps: [[Int]: [CaseName]] = [:]
    var middles: [[Int]: Int] = [:]
    for change in changes {
      guard let middle = middle(of: change) else { continue }
      let gap = [change.before, change.after, middle]
      gaps[gap, default: []].append(change.name)
      middles[gap] = middle
    }
    let widest = gaps.keys.max {
      ($0[1] - $0[0], $1[0], $1[2]) < ($1[1] - $1[0], $0[0], $0[2])
    }
    guard let widest, let names = gaps[widest] else { return nil }
    return Question(column: widest[2], before: widest[0], after: widest[1], names: names)
  }

  /// The column nearest to the middle that can still answer.
  private func middle(of change: Change) -> Int? {
    let center = (change.before + change.after) / 2
    let asked = silent[change.name] ?? []
    return (change.before + 1..<change.after)
      .filter { !asked.contains($0) && (!closed.contains($0) || change.name == .boot) }
      .min { (abs($0 - center), $0) < (abs($1 - center), $1) }
  }
}
