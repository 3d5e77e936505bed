import Foundation
import Results
import Testing

@testable import Lab
@testable import Machine

@Suite("the watch over the cases of a program")
struct CaseWatchTests {
  private static let suite = Suite(
    name: "s", program: URL(fileURLWithPath: "/s"), digest: "",
    cases: [("a.one", 4_000), ("a.two", 8_000)].map {
      CaseListing(
        suite: "s", name: $0, requirements: [], deadlineMilliseconds: $1, summary: "does")
    })

  /// By how much a program that has printed these lines is overdue in a guest that takes twice as long as others, when `limit` has
  /// passed since the first moment that may count, and since the last.
  private func overdue(
    _ lines: [String], after limit: Duration
  ) throws -> (name: String?, first: Duration, last: Duration) {
    let planned = Self.suite.cases.map {
      PlannedCase(kernel: "k", machine: "m", suite: "s", name: $0.name)
    }
    let before = ContinuousClock.now
    let ear = SuiteEar("s", planned: planned, kernel: "k", log: nil) { _ in }
    for line in lines { try ear.hear(ProgramOutput(.out, line)) }
    let watch = CaseWatch(ear, Self.suite, 200)
    let after = ContinuousClock.now
    let first = watch.overdue(at: before + limit)
    return (first.name, first.by, watch.overdue(at: after + limit).by)
  }

  @Test(
    "a case is overdue after its own deadline, one that nobody planned after the longest",
    arguments: [("a.one", 8), ("a.two", 16), ("a.three", 16)])
  func cases(_ name: String, _ limit: Int) throws {
    let overdue = try overdue(["# case \(name)"], after: .seconds(limit))
    #expect(overdue.name == name)
    #expect(overdue.first <= .zero && overdue.last >= .zero)
  }

  @Test(
    "a program that has begun no case, or has ended one, is overdue when it says nothing for long",
    arguments: [[], ["KTAP version 1"], ["# case a.one", "ok 1 a.one"]])
  func silence(_ lines: [String]) throws {
    let overdue = try overdue(lines, after: .seconds(20))
    #expect(overdue.name == nil)
    #expect(overdue.first <= .zero && overdue.last >= .zero)
  }
}
