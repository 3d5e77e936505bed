/// The place in a file that looks most like what a hunk expects.
package struct NearestPlace: Sendable, Equatable {
  /// Where the hunk would begin, counted from 1.
  package let line: Int
  /// How many of the `expected` lines are there.
  package let agreeing: Int
  package let expected: Int
  /// The first line that differs, counted from 1.
  package let differingLine: Int
  /// What is there; empty behind the end of the file.
  package let found: String
  package let wanted: String
  /// Every difference is in blanks and tabs: the mail was mangled.
  package let isWhiteSpaceOnly: Bool

  /// Nil unless half of the lines agree somewhere.
  init?(of hunk: UnifiedDiff.Hunk, in lines: [String]) {
    let expected = hunk.expected
    guard !expected.isEmpty, !lines.isEmpty else { return nil }
    let loose = expected.map(Self.withoutBlanks)
    let looseLines = lines.map(Self.withoutBlanks)
    var best: (agreeing: Int, start: Int)?
    for start in lines.indices {
      var agreeing = 0
      for index in expected.indices where start + index < lines.count {
        if looseLines[start + index] == loose[index] { agreeing += 1 }
      }
      let isNearer = best.map { abs(start + 1 - hunk.start) < abs($0.start + 1 - hunk.start) }
      if agreeing > (best?.agreeing ?? 0) || (agreeing == best?.agreeing && isNearer == true) {
        best = (agreeing, start)
      }
    }
    guard let best, best.agreeing * 2 >= expected.count else { return nil }
    let there = expected.indices.map { index -> String in
      best.start + index < lines.count ? lines[best.start + index] : ""
    }
    guard let first = expected.indices.first(where: { there[$0] != expected[$0] })
    else { return nil }
    line = best.start + 1
    self.expected = expected.count
    agreeing = expected.indices.count { there[$0] == expected[$0] }
    differingLine = best.start + first + 1
    (found, wanted) = (there[first], expected[first])
    isWhiteSpaceOnly = best.agreeing == expected.count
  }

  private static func withoutBlanks(_ line: String) -> [UInt8] {
    line.utf8.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }
  }
}
