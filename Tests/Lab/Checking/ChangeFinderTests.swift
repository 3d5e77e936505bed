import Results
import Testing

@testable import Lab

@Suite("finding which patch changed which case")
struct ChangeFinderTests {
  private let wp = CaseName(suite: "uffdwp-shmem", name: "wp.basic")
  private let swap = CaseName(suite: "swap", name: "swap.out-in")

  /// Answers every question from a table of verdicts by column, and gives the columns asked for.
  private func answer(
    _ finder: inout ChangeFinder, _ truth: [CaseName: [Verdict]]
  ) -> [Int] {
    var asked: [Int] = []
    while let question = finder.question {
      asked.append(question.column)
      for name in question.names {
        finder.note(truth[name]?[question.column] ?? .missing, of: name, in: question.column)
      }
      guard asked.count < 100 else { break }
    }
    return asked
  }

  @Test("every place of a single break among twelve patches is found", arguments: 1...12)
  func single(_ culprit: Int) {
    let verdicts = (0...12).map { $0 < culprit ? Verdict.pass : .fail }
    var finder = ChangeFinder()
    finder.note(verdicts[0], of: wp, in: 0)
    finder.note(verdicts[12], of: wp, in: 12)
    let asked = answer(&finder, [wp: verdicts])
    #expect(asked.count <= 4)
    #expect(
      finder.changes == [
        ChangeFinder.Change(
          name: wp, before: culprit - 1, after: culprit, from: .pass, to: .fail, kind: .worse)
      ])
  }

  @Test("cases that broke at different patches are each found, and asked for together")
  func several() {
    let first = (0...8).map { $0 < 3 ? Verdict.pass : .fail }
    let second = (0...8).map { $0 < 6 ? Verdict.pass : .hang }
    var finder = ChangeFinder()
    for (name, verdicts) in [(wp, first), (swap, second)] {
      finder.note(verdicts[0], of: name, in: 0)
      finder.note(verdicts[8], of: name, in: 8)
    }
    let question = finder.question
    #expect(question?.column == 4)
    #expect(question?.names == [wp, swap])
    _ = answer(&finder, [wp: first, swap: second])
    #expect(finder.changes.map(\.after) == [3, 6])
  }

  @Test("with every column known, a break and its mending are both there")
  func mended() {
    var finder = ChangeFinder()
    for (column, verdict) in [Verdict.pass, .pass, .fail, .fail, .pass].enumerated() {
      finder.note(verdict, of: wp, in: column)
    }
    #expect(finder.question == nil)
    #expect(finder.changes.map(\.kind) == [.worse, .better])
    #expect(finder.changes.map(\.after) == [2, 4])
  }

  @Test("columns that do not build are gone round; what is left is a range")
  func closed() {
    let verdicts = (0...6).map { $0 < 4 ? Verdict.pass : .fail }
    var finder = ChangeFinder()
    finder.note(.pass, of: wp, in: 0)
    finder.note(.fail, of: wp, in: 6)
    for column in [2, 3, 4] { finder.close(column) }
    let asked = answer(&finder, [wp: verdicts])
    #expect(Set(asked) == [1, 5])
    #expect(finder.changes.map { [$0.before, $0.after] } == [[1, 5]])
  }

  @Test("a boot that breaks is sought in columns whose cases cannot be")
  func boot() {
    let verdicts = (0...4).map { $0 < 2 ? Verdict.pass : .crash }
    var finder = ChangeFinder()
    finder.note(.pass, of: .boot, in: 0)
    finder.note(.crash, of: .boot, in: 4)
    finder.close(4)
    while let question = finder.question {
      finder.note(verdicts[question.column], of: .boot, in: question.column)
      if verdicts[question.column] == .crash { finder.close(question.column) }
    }
    #expect(finder.changes.map(\.after) == [2])
  }

  @Test("a case that is lost is asked for elsewhere, and never for ever")
  func lost() {
    var finder = ChangeFinder()
    finder.note(.pass, of: wp, in: 0)
    finder.note(.fail, of: wp, in: 4)
    finder.note(.lost, of: wp, in: 2)
    #expect(finder.question?.column == 1)
    finder.note(.lost, of: wp, in: 1)
    finder.note(.missing, of: wp, in: 3)
    #expect(finder.question == nil)
    #expect(finder.changes.map { [$0.before, $0.after] } == [[0, 4]])
  }

  @Test("a verdict that is inconclusive is no change")
  func inconclusive() {
    var finder = ChangeFinder()
    finder.note(.pass, of: wp, in: 0)
    finder.note(.lost, of: wp, in: 1)
    finder.note(.missing, of: swap, in: 1)
    #expect(finder.changes.isEmpty)
  }
}
