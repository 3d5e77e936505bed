import Results

/// The grid patch × case, for the cases that are not the same in all columns.
struct CheckGrid {
  /// Cases of one suite with the same verdicts in all columns.
  struct Group: Equatable {
    let suite: String
    let verdicts: [Verdict?]
    let firstChange: Int?
    var names: [String]
  }

  let check: SeriesCheck
  let style: TerminalStyle
  /// The width to keep to, in characters; columns that do not fit go into a further grid below.
  let width: Int

  /// The narrowest room for names.
  private static let leastRoom = 24

  /// Groups in the order of their first case; those that changed first stand first.
  static func groups(_ rows: [SeriesCheck.Row]) -> [Group] {
    var groups: [Group] = []
    var places: [Key: Int] = [:]
    for row in rows where row.changes {
      let key = Key(suite: row.suite, verdicts: row.verdicts)
      if let place = places[key] {
        groups[place].names.append(row.name)
      } else {
        places[key] = groups.count
        groups.append(
          Group(
            suite: row.suite, verdicts: row.verdicts, firstChange: row.firstChange,
            names: [row.name]))
      }
    }
    let sorted = groups.enumerated().sorted {
      ($0.element.firstChange ?? .max, $0.offset) < ($1.element.firstChange ?? .max, $1.offset)
    }
    return sorted.map(\.element)
  }

  private struct Key: Hashable {
    let suite: String
    let verdicts: [Verdict?]
  }

  /// All lines, and what the letters mean; empty when nothing changed.
  func lines() -> [String] {
    let groups = Self.groups(check.cases)
    guard !groups.isEmpty else { return [] }
    let columns = Array(1..<(check.patches.count + 1))
    let room = width - head(nil).count - Self.leastRoom - 2
    let perBlock = max(1, room / columnWidth)
    let blocks = stride(from: 0, to: max(1, columns.count), by: perBlock).map {
      block(groups, Array(columns.dropFirst($0).prefix(perBlock)))
    }
    return Array(blocks.joined(separator: [""])) + [legend(groups)]
  }

  private var columnWidth: Int { String(check.patches.count).count + 1 }

  private func block(_ groups: [Group], _ columns: [Int]) -> [String] {
    let numbers = columns.map { TextLayout.right(String($0), columnWidth) }.joined()
    let header = head(nil) + numbers
    let room = width - header.count - 2
    return [style.paint(header + "  case", .strong)]
      + groups.map { group in
        let cells = columns.map { cell(group.verdicts, $0, columnWidth) }.joined()
        return TextLayout.withoutTrailingSpace(
          head(group) + cells + "  "
            + TextLayout.cut(Escaping.terminal(Self.names(group)), max(Self.leastRoom, room)))
      }
  }

  /// The two columns before the patches: since when, and the base.
  private func head(_ group: Group?) -> String {
    guard let group else { return "since  base" }
    let since = group.firstChange.map(String.init) ?? ""
    return TextLayout.right(since, 5) + cell(group.verdicts, 0, 6)
  }

  private func cell(_ verdicts: [Verdict?], _ column: Int, _ width: Int) -> String {
    let verdict = verdicts.indices.contains(column) ? verdicts[column] : nil
    let blank = String(repeating: " ", count: width - 1)
    guard let verdict else { return blank + " " }
    let letter = Self.letter(verdict)
    return blank + (verdict.isRed ? style.paint(letter, .bad) : letter)
  }

  /// One name, or how many there are, what they have in common, and the first few.
  static func names(_ group: Group) -> String {
    guard group.names.count > 1, let first = group.names.first else {
      return group.names.first ?? ""
    }
    let common = commonPrefix(group.names)
    let what = common.isEmpty ? "of \(group.suite)" : common + "*"
    let rest = group.names.map { $0.dropFirst(common.count) }.joined(separator: ", ")
    return "\(group.names.count) × \(what)  \(common == first ? "" : rest)"
  }

  /// What all names begin with, up to a `.`, `/` or `-`.
  static func commonPrefix(_ names: [String]) -> String {
    guard var common = names.first?[...] else { return "" }
    for name in names {
      while !name.hasPrefix(common) { common = common.dropLast() }
    }
    let end = common.lastIndex { "./-".contains($0) }
    return end.map { String(common[...$0]) } ?? ""
  }

  /// The letter of a verdict; small ones are no failure.
  static func letter(_ verdict: Verdict) -> String {
    switch verdict {
    case .pass: "."
    case .skip: "s"
    case .fail: "F"
    case .unexercised: "U"
    case .error: "E"
    case .crash: "C"
    case .hang: "H"
    case .lost: "L"
    case .missing: "M"
    }
  }

  private func legend(_ groups: [Group]) -> String {
    let used = Set(groups.flatMap { $0.verdicts.compactMap(\.self) })
    let words = Verdict.allCases.filter(used.contains).map { "\(Self.letter($0)) \($0.rawValue)" }
    let blank = groups.contains { $0.verdicts.contains { $0 == nil } } ? ", blank not run" : ""
    return style.paint("  (\(words.joined(separator: ", "))\(blank))", .quiet)
  }
}
