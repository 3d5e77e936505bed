import Foundation
import Results
import Subprocess
import Testing

/// Series of patches on the real source, built and booted for real.
@Suite("a series of patches", .serialized)
struct SeriesTests {
  private func check(_ outcome: Command.Outcome) throws -> SeriesCheck {
    try JSONDecoder().decode(SeriesCheck.self, from: Data(outcome.out.utf8))
  }

  @Test("the patch with the planted bug is named, and no other")
  func namesThePatch() async throws {
    let command = try Command()
    defer { command.remove() }
    let bug = try Sample.mutant("101-unwp-swapped-keeps-bit")
    let mails = [
      Sample.mail("[PATCH v2 3/3] mm: third", Sample.above("/* third */"), id: "3"),
      Sample.mail("[PATCH v2 0/3] mm: a cover letter", "Nothing here.\n", id: "0"),
      Sample.mail("Re: [PATCH v2 2/3] mm: second", "> --- a/mm/x.c\n> +++ b/mm/x.c\n", id: "r"),
      Sample.mail("[PATCH v2 2/3] mm: second", bug, id: "2"),
      Sample.mail(
        "[PATCH v2 1/3] mm: first",
        """
        --- a/mm/page_counter.c
        +++ b/mm/page_counter.c
        @@ -1,3 +1,4 @@
        +/* first */
         // SPDX-License-Identifier: GPL-2.0
         /*
          * Lockless hierarchical page accounting & limiting

        """, id: "1"),
    ]
    try command.write(mails.joined(), to: "series.mbox")
    let outcome = try await command.faultline([
      "check", "series.mbox", "--base", Command.source, "--accel", "tcg", "--suite", "uffdwp-anon",
      "--repeat", "5", "--format", "json", "--out", "out",
    ])
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    let found = try check(outcome)
    #expect(found.patches.map(\.subject) == ["mm: first", "mm: second", "mm: third"])
    #expect(found.patches.map(\.introduced.isEmpty) == [true, false, true])
    #expect(found.patches.allSatisfy { $0.kernel.builds == true })
    let change = try #require(found.patches[1].introduced.first)
    #expect(change.from == .pass)
    #expect(change.to == .fail)
    #expect(change.baseFails == PatchCheck.Count(0, of: 5))
    #expect(change.patchFails == PatchCheck.Count(5, of: 5))
    #expect(change.p < 0.01)
    #expect(change.expected != nil && change.seen != nil)
    let kept = try Data(contentsOf: command.directory.appendingPathComponent("out/check.json"))
    #expect(try JSONDecoder().decode(SeriesCheck.self, from: kept) == found)
  }

  @Test("a patch that does not compile, one that does not boot and one with a warning are columns")
  func brokenColumns() async throws {
    let command = try Command()
    defer { command.remove() }
    let states = [
      "", "int broken = ;",
      """
      #include <linux/init.h>
      #include <linux/panic.h>
      static int __init dark(void) { panic("no light"); }
      core_initcall(dark);
      """,
      "static int careless;",
    ]
    for (number, (old, new)) in zip(states, states.dropFirst()).enumerated() {
      try command.write(Sample.top(from: old, to: new), to: "000\(number + 1)-patch.patch")
    }
    let outcome = try await command.faultline([
      "check", "0001-patch.patch", "0002-patch.patch", "0003-patch.patch", "--base",
      Command.source, "--accel", "tcg", "--suite", "pagemap", "--strategy", "every", "--format",
      "json", "--out", "out",
    ])
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    let found = try check(outcome)
    try #require(found.patches.count == 3)
    #expect(found.patches.map(\.kernel.builds) == [false, true, true])
    #expect(found.patches.map(\.kernel.boots) == [nil, false, true])
    #expect(found.patches[0].kernel.problem?.contains("mm/mmzone.c:1:14: error: ") == true)
    #expect(
      found.patches[2].kernel.warnings.contains { $0.contains("careless") })
    #expect(found.patches[2].kernel.tested)
    #expect(found.patches[1].introduced.map(\.name) == ["boot"])
    #expect(found.patches[2].introduced.isEmpty)
  }

  @Test("a patch that does not apply is named with file and hunk; those before it are checked")
  func doesNotApply() async throws {
    let command = try Command()
    defer { command.remove() }
    try command.write(Sample.above("/* one */"), to: "0001-one.patch")
    try command.write(
      Sample.above("/* two */").replacing("linux/mm/mmzone.c\n\n", with: "linux/mm/gone.c\n"),
      to: "0002-two.patch")
    try command.write(Sample.above("/* three */"), to: "0003-three.patch")
    let outcome = try await command.faultline([
      "check", ".", "--base", Command.source, "--accel", "tcg", "--suite", "pagemap", "--filter",
      "scan.*", "--format", "json", "--out", "out",
    ])
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    let found = try check(outcome)
    #expect(found.patches.map(\.applies) == [true, false, nil])
    #expect(found.patches[0].kernel.tested)
    let problem = try #require(found.patches[1].kernel.problem)
    #expect(problem.contains("mm/mmzone.c") && problem.contains("hunk 1"), "\(problem)")
  }

  @Test("planted bugs: killed, survived and not applied; a stopped run goes on where it ended")
  func mutants() async throws {
    let command = try Command()
    defer { command.remove() }
    try command.write(
      "Mutant: a\nArea: uffd-wp\n---\n" + (try Sample.mutant("101-unwp-swapped-keeps-bit")),
      to: "bugs/a.patch")
    try command.write("Mutant: b\n---\n" + Sample.above("/* harmless */"), to: "bugs/b.patch")
    try command.write(
      "Mutant: c\n---\n" + Sample.above("/* c */").replacing("linux/mm", with: "linux/nn"),
      to: "bugs/c.patch")
    let arguments = [
      "mutants", "--base", Command.source, "--dir", "bugs", "--suite", "uffdwp-anon", "--accel",
      "tcg", "--format", "json", "--out", "out",
    ]
    let stopped = try await command.interrupted(arguments, at: "out/mutants/a.json")
    #expect(stopped.status == .exited(130), "\(stopped.err)")
    let outcome = try await command.faultline(arguments)
    #expect(outcome.err.contains("have results already"))
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    let score = try JSONDecoder().decode(MutantScore.self, from: Data(outcome.out.utf8))
    #expect(score.results.map(\.mutant) == ["a", "b", "c"])
    #expect(score.results.map(\.killed) == [true, false, nil])
    #expect(score.results[0].by.contains { $0.suite == "uffdwp-anon" && $0.verdict == .fail })
    #expect(score.results[2].problem?.contains("mm/mmzone.c") == true)
    #expect(score.score == 0.5)
  }
}
