import Foundation
import Testing

@testable import Kernels

@Suite struct AppliedSeriesTests {
  /// Reads bare diffs as files named 1.patch, 2.patch … and applies them.
  private func result(
    _ diffs: [String], to source: String = Series.tree
  ) async throws -> AppliedSeries {
    let folder = try TemporaryFolder()
    let paths = try diffs.enumerated().map { try folder.write("\($0 + 1).patch", $1) }
    let series = try await PatchSeries.read(paths)
    return try await AppliedSeries.apply(
      series.patches, to: source, scratch: folder.path + "/scratch")
  }

  private func refusal(_ diffs: String...) async throws -> String? {
    try await result(diffs).refusal?.description
  }

  private func changes(_ diffs: String...) async throws -> [SourceChange] {
    let result = try await result(diffs)
    #expect(result.refusal?.description == nil)
    return result.steps.compactMap { step in
      if case .applied(let change) = step.outcome { change } else { nil }
    }
  }

  @Test("files are made, deleted, renamed, made executable; the source stays as it is")
  func kinds() async throws {
    let script = "scripts/check.sh"
    let changes = try await changes(
      Series.newFile("mm/new.c"),
      "diff --git a/\(script) b/\(script)\nold mode 100755\nnew mode 100644\n",
      "diff --git a/\(script) b/bin/run\nsimilarity index 100%\nrename from \(script)\n"
        + "rename to bin/run\n",
      "diff --git a/mm/new.c b/mm/new.c\ndeleted file mode 100644\n--- a/mm/new.c\n"
        + "+++ /dev/null\n@@ -1 +0,0 @@\n-new\n",
      "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+mm\n"
        + "\\ No newline at end of file\n")
    try #require(changes.count == 5)
    #expect(changes[0].files.keys.sorted() == ["mm/new.c"])
    #expect(changes[1].files[script]??.kind == .regular(isExecutable: false))
    #expect(changes[1].text(script) == "#!/bin/sh\nexec true\n")
    #expect(changes[2].files.keys.sorted() == ["bin/run", "mm/new.c", script])
    #expect(changes[2].files[script] == .some(nil))
    #expect(changes[3].files.keys.sorted() == ["bin/run", script])
    #expect(
      changes[4].files["l"] == SourceChange.File(kind: .symbolicLink, content: Data("mm".utf8)))
    #expect(FileManager.default.contents(atPath: Series.tree + "/" + script) != nil)
    #expect(!FileManager.default.fileExists(atPath: Series.tree + "/mm/new.c"))
  }

  @Test("a change that is taken back is no change")
  func takenBack() async throws {
    let (there, back) = (Series.newFile("x"), "diff --git a/x b/x\ndeleted file mode 100644\n")
    let changes = try await changes(there, back + "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-new\n")
    #expect(changes.last == SourceChange.none)
  }

  @Test("a refusal names patch, file, hunk and line, and the line that differs")
  func mismatch() async throws {
    let diff = """
      --- a/mm/swap.c
      +++ b/mm/swap.c
      @@ -4,3 +4,4 @@
       static int swap_out(unsigned long addr)
       {
      +\tint x;
       \tstruct slot *slot = find(addr);
      @@ -11,5 +12,5 @@
       \twrite(slot, 1);
      -\treturn 0;
      +\treturn 1;
       }
       
       static int swap_in(unsigned long addr)

      """
    #expect(
      try await refusal(diff)
        == "patch 1 (“1”, 1.patch) does not apply: hunk 2 of 2 in mm/swap.c, which belongs at line "
        + "11, matches nowhere; nearest is line 10, where 4 of 5 lines agree: line 10 is "
        + "“\\twrite(slot);”, the patch has “\\twrite(slot, 1);”; try: the source the series was "
        + "made for as the base, or git rebase the series onto this one")
    let steps = try await result([Series.newFile("a"), diff, Series.newFile("b")]).steps
    guard case .applied = steps[0].outcome, case .refused(let refusal) = steps[1].outcome,
      case .notTried = steps[2].outcome
    else {
      Issue.record("\(steps.map(\.outcome))")
      return
    }
    #expect(refusal.index == 2)
    #expect([refusal.hunk, refusal.hunks, refusal.line] == [2, 2, 11])
    #expect(refusal.path == "mm/swap.c")
    #expect(refusal.words == "patch failed: mm/swap.c:11; mm/swap.c: patch does not apply")
  }

  @Test("a patch for a file that is not there, or for one it should make, is refused")
  func missing() async throws {
    let cure =
      "; try: the source the series was made for as the base, or git rebase the series "
      + "onto this one"
    #expect(
      try await refusal(Series.diff("mm/gone.c", "a", "b"))
        == "patch 1 (“1”, 1.patch) does not apply: there is no mm/gone.c, neither in the source "
        + "nor made by an earlier patch" + cure)
    #expect(
      try await refusal(Series.newFile("mm/swap.c"))
        == "patch 1 (“1”, 1.patch) does not apply: it makes mm/swap.c, which is there already"
        + cure)
    #expect(
      try await refusal(Series.newFile("x"), Series.newFile("x"))
        == "patch 2 (“2”, 2.patch) does not apply: x already is as the patch would leave it; try: "
        + "leave the patch out of the series, or an older source as the base")
  }

  @Test(
    "paths that leave the tree are refused, as mails and as diffs",
    arguments: [
      ("../evil", "invalid path '../evil'"), ("/tmp/evil", "invalid path '/tmp/evil'"),
      (".git/hooks/evil", "invalid path '.git/hooks/evil'"),
      (
        "Documentation/source/evil.c",
        "affected file 'Documentation/source/evil.c' is beyond a symbolic link"
      ),
    ])
  func evilPaths(path: String, words: String) async throws {
    for text in [Series.newFile(path), Series.mail("[PATCH] 1", Series.newFile(path))] {
      let result = try await result([text])
      #expect(
        result.refusal?.description
          == "patch 1 (“1”, 1.patch) does not apply: git refuses its path: \(words); try: a patch "
          + "made by git format-patch in the root of the kernel tree")
    }
  }

  @Test("a diff that is cut short is refused as damaged")
  func corrupt() async throws {
    let whole = Series.diff("mm/swap.c", "a", "b")
    let cut = whole.replacing("@@ -1 +1 @@", with: "@@ -1,9 +1,9 @@")
    #expect(
      try await refusal(Series.mail("[PATCH] x", cut.replacing("+b", with: "b")))
        == "patch 1 (“x”, 1.patch) does not apply: its diff is damaged at line 7 (git: corrupt "
        + "patch at line 7); try: the mail as the list archive has it, from b4 am MESSAGE-ID")
  }

  @Test("planted bugs of the kernel apply each by itself to what they expect")
  func mutants() async throws {
    let folder = Fixture.root + "/kernels/mutants"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".patch") }.sorted().prefix(10)
    #expect(names.count == 10)
    for name in names {
      let series = try await PatchSeries.read([folder + "/" + name])
      let patch = try #require(series.patches.first)
      #expect(patch.subject == String(name.dropLast(6)))
      let source = try Self.source(for: patch)
      let change = try #require(try await Series.applied([patch], to: source.path).last)
      #expect(change.files.keys.sorted() == patch.files.sorted(), "\(name)")
    }
  }

  /// A tree with just the lines a diff expects, where it expects them.
  private static func source(for patch: Patch) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in UnifiedDiff(patch.diff).files {
      var lines: [String] = []
      for hunk in file.hunks {
        while lines.count < hunk.start - 1 { lines.append("/* \(lines.count + 1) */") }
        lines += hunk.expected
      }
      // A hunk at the end of a file may not be followed by more; one more line suits all of these.
      lines += (1...9).map { "/* end \($0) */" }
      try folder.write(try #require(file.oldName), lines.joined(separator: "\n") + "\n")
    }
    return folder
  }
}
