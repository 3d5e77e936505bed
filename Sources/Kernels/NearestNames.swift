/// Suggestions for a name that nobody knows.
package enum NearestNames {
  /// The known names close to `name`, nearest first.
  ///
  /// A name is close when at most a third of its characters (two in a short one) differ, or when it
  /// contains what was asked for. `limit` bounds how many there are.
  package static func of(_ name: String, among known: [String], limit: Int = 3) -> [String] {
    let wanted = Array(name.lowercased())
    let ranked = known.compactMap { candidate -> (distance: Int, name: String)? in
      let distance = editDistance(wanted, Array(candidate.lowercased()))
      let allowed = max(2, max(wanted.count, candidate.count) / 3)
      let contained = wanted.count > 1 && candidate.lowercased().contains(name.lowercased())
      return distance <= allowed || contained ? (distance, candidate) : nil
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(limit).map(\.name)
  }

  /// The number of characters to insert, delete or replace to get from one text to the other.
  static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    var previous = Array(0...second.count)
    for (row, left) in first.enumerated() {
      var current = [row + 1]
      for (column, right) in second.enumerated() {
        let replaced = previous[column] + (left == right ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[second.count]
  }
}
