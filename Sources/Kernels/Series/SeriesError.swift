/// Why SERIES arguments cannot be read as one series of patches.
package enum SeriesError: Error, Equatable, CustomStringConvertible {
  case noArguments
  case missing(path: String)
  case unreadable(path: String, why: String)
  /// A folder without a file whose name ends in .patch, .diff, .eml, .mbox or .mbx.
  case emptyFolder(path: String)
  /// `found` says what is there instead of patches.
  case noPatch(file: String, found: String)
  case missingNumbers(file: String, version: Int, present: [Int], total: Int)
  case sameNumber(file: String, number: Int, first: String, second: String)
  /// `series` has one description each.
  case severalSeries(file: String, series: [String])
  case noTree(argument: String)
  case badRange(argument: String, why: String)
  case emptyRange(argument: String)
  /// `merges` are abbreviated hashes with subjects.
  case merges(argument: String, merges: [String])

  package var description: String {
    switch self {
    case .noArguments:
      "no series was given; try: an mbox file, a folder of git format-patch or DIR@A..B"
    case .missing(let path):
      "\(path) does not exist; try: the path of an mbox file or of a folder of patches, or "
        + "DIR@A..B for commits of a git tree"
    case .unreadable(let path, let why): "\(path) cannot be read: \(why)"
    case .emptyFolder(let path):
      "\(path) has no file that ends in .patch, .diff, .eml, .mbox or .mbx; try: git format-patch "
        + "-o \(path) BASE..TIP"
    case .noPatch(let file, let found):
      "\(file) has no patch: \(found); try: git format-patch, or b4 am MESSAGE-ID for a series "
        + "from a list archive"
    case .missingNumbers(let file, let version, let present, let total):
      Self.missing(file, version, present, total)
    case .sameNumber(let file, let number, let first, let second):
      "\(file) has two different patches with the number \(number): \(first) and \(second); "
        + "try: b4 am MESSAGE-ID, or give the patches as files in the order they apply"
    case .severalSeries(let file, let series):
      "\(file) has \(series.count) series:\n" + series.map { "  \($0)\n" }.joined()
        + "try: b4 am MESSAGE-ID for the one that is meant"
    case .noTree(let argument):
      "\(argument) names no git tree: what stands before the @ is not a directory; try: DIR@A..B"
    case .badRange(let argument, let why):
      "git cannot list the commits of \(argument): \(why); try: DIR@A..B with two revisions that "
        + "git -C DIR rev-parse knows"
    case .emptyRange(let argument):
      "\(argument) has no commits; try: the older revision first, as in DIR@v6.12..HEAD"
    case .merges(let argument, let merges):
      "\(argument) has \(merges.count == 1 ? "a merge" : "\(merges.count) merges"), which cannot "
        + "be a patch: \(merges.joined(separator: ", ")); try: git rebase the commits onto one "
        + "base, or a range without the merge"
    }
  }

  private static func missing(
    _ file: String, _ version: Int, _ present: [Int], _ total: Int
  ) -> String {
    guard !present.isEmpty else {
      return "\(file) has the cover letter of v\(version) and none of its \(total) patches; "
        + "try: b4 am MESSAGE-ID, which fetches the whole series"
    }
    let gone = (1...max(total, 1)).filter { !present.contains($0) }
    let noun = present.count == 1 ? "patch" : "patches"
    let ofVersion = version > 1 ? " of v\(version)" : ""
    return "\(file) has \(noun) \(list(present)) of \(total)\(ofVersion); \(list(gone)) "
      + "\(gone.count == 1 ? "is" : "are") missing; try: b4 am MESSAGE-ID, which fetches the "
      + "whole series"
  }

  /// `1–4, 7` for 1, 2, 3, 4, 7.
  static func list(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.flatMap { run in
      run.count > 3 ? ["\(run.lowerBound)–\(run.upperBound)"] : run.map(String.init)
    }.joined(separator: ", ")
  }
}
