import Foundation
import Testing

@testable import Kernels

@Suite struct SeriesInputTests {
  @Test("a folder is read in the order of its numbers, without its cover letter")
  func folder() async throws {
    let folder = try TemporaryFolder()
    try folder.write("0000-cover-letter.patch", Series.mail("[PATCH 0/2] the whole", ""))
    try folder.write("b.patch", Series.mail("[PATCH 1/2] first", Series.newFile("one")))
    try folder.write("a.patch", Series.mail("[PATCH 2/2] second", Series.newFile("two")))
    try folder.write("notes.txt", "nothing")
    try folder.write("junk.patch", "nothing")
    let series = try await PatchSeries.read([folder.path])
    #expect(series.patches.map(\.file) == ["b.patch", "a.patch"])
    #expect(series.coverSubject == "the whole")
    #expect(series.notes == ["junk.patch has neither a mail nor a diff and was left out."])
    #expect(series.patches.map(\.subject) == ["first", "second"])
  }

  @Test("single files keep their order unless they are numbered; a gap is noted")
  func files() async throws {
    let folder = try TemporaryFolder()
    let diff = try folder.write("fix-it.diff", Series.newFile("one"))
    let mutant = try folder.write(
      "02.patch", "Mutant: 02-drops\nArea: x\nEffect: y\n---\n" + Series.newFile("two"))
    let bare = try await PatchSeries.read([mutant, diff])
    #expect(bare.patches.map(\.subject) == ["02-drops", "fix-it"])
    #expect(bare.patches.map(\.form) == [.diff, .diff])
    let third = try folder.write("3.eml", Series.mail("[PATCH 3/3] c", Series.newFile("three")))
    let first = try folder.write("1.eml", Series.mail("[PATCH 1/3] a", Series.newFile("four")))
    let mails = try await PatchSeries.read([third, first])
    #expect(mails.patches.map(\.subject) == ["a", "c"])
    #expect(mails.notes == ["Of 3 patches only 1, 3 were given."])
    let mixed = try await PatchSeries.read([
      diff, Series.corpus + "/b4-am.mbx", first,
    ])
    #expect(mixed.patches.map(\.index) == [1, 2, 3, 4, 5])
    #expect(mixed.patches.map(\.file).first == "fix-it.diff")
    #expect(mixed.patches.map(\.file).last == "1.eml")
  }

  @Test("commits of a tree are read as git am would take them, whatever the tree's settings")
  func range() async throws {
    let folder = try TemporaryFolder()
    let tree = folder.path + "/my@tree"
    try folder.write("my@tree/a.c", "one\r\n")
    try await Series.git(tree, "init", "--quiet")
    for (name, value) in [
      ("diff.noprefix", "true"), ("format.attach", "x"), ("format.coverLetter", "true"),
      ("format.subjectPrefix", "ODD"), ("diff.renames", "copies"), ("format.thread", "deep"),
    ] { try await Series.git(tree, "config", name, value) }
    func commit(_ message: String) async throws {
      try await Series.git(tree, "add", "--all")
      try await Series.git(tree, "commit", "--quiet", "-m", message)
    }
    try await commit("base")
    try folder.write("my@tree/a.c", "two\r\n")
    try await commit("first\n\nFrom me Mon Sep 17 00:00:00 2001\nis a line of the text")
    try await Series.git(tree, "mv", "a.c", "b.c")
    try folder.write("my@tree/image", Data([0, 1, 2, 255, 10, 0]))
    try await commit("second")
    let series = try await PatchSeries.read([tree + "@HEAD~2..HEAD"])
    #expect(series.patches.map(\.subject) == ["first", "second"])
    #expect(series.patches.map(\.file) == [1, 2].map { "my@tree@HEAD~2..HEAD, message \($0)" })
    let base = try await Series.git(tree, "rev-parse", "HEAD~2")
    #expect(series.baseCommit == String(base.dropLast()))
    try folder.write("source/a.c", "one\r\n")
    let changes = try await Series.applied(series.patches, to: folder.path + "/source")
    #expect(changes.first?.text("a.c") == "two\r\n")
    #expect(changes.last?.text("b.c") == "two\r\n")
    #expect(changes.last?.files["a.c"] == .some(nil))
    #expect(changes.last?.files["image"]??.content == Data([0, 1, 2, 255, 10, 0]))
  }

  @Test("a range that is no row of patches says so")
  func badRanges() async throws {
    let folder = try TemporaryFolder()
    let tree = folder.path + "/t"
    try folder.write("t/a", "one\n")
    try await Series.git(tree, "init", "--quiet", "--initial-branch=main")
    try await Series.git(tree, "add", ".")
    try await Series.git(tree, "commit", "--quiet", "-m", "base")
    try await Series.git(tree, "checkout", "--quiet", "-b", "side")
    try await Series.git(tree, "commit", "--quiet", "--allow-empty", "-m", "side")
    try await Series.git(tree, "checkout", "--quiet", "main")
    try await Series.git(tree, "merge", "--quiet", "--no-ff", "-m", "join", "side")
    let merge = try await Series.git(tree, "rev-parse", "--short", "HEAD").dropLast()
    #expect(
      await Series.complaint([tree + "@HEAD~1..HEAD"])
        == "\(tree)@HEAD~1..HEAD has a merge, which cannot be a patch: \(merge) join; try: git "
        + "rebase the commits onto one base, or a range without the merge")
    #expect(
      await Series.complaint([tree + "@HEAD..HEAD~1"])
        == "\(tree)@HEAD..HEAD~1 has no commits; try: the older revision first, as in "
        + "DIR@v6.12..HEAD")
    #expect(
      await Series.complaint([tree + "@v1..HEAD"])
        == "git cannot list the commits of \(tree)@v1..HEAD: bad revision 'v1..HEAD'; try: "
        + "DIR@A..B with two revisions that git -C DIR rev-parse knows")
    #expect(
      await Series.complaint(["/nonexistent@v1..HEAD"])
        == "/nonexistent@v1..HEAD names no git tree: what stands before the @ is not a directory; "
        + "try: DIR@A..B")
  }

  @Test("what is no series at all says what it is")
  func nothing() async throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("text", "hello\n")
    let packed = try folder.write("x.mbox.gz", Data([0x1f, 0x8b, 8, 0]))
    try folder.write("empty/readme", "")
    #expect(
      await Series.complaint([])
        == "no series was given; try: an mbox file, a folder of git format-patch or DIR@A..B")
    #expect(
      await Series.complaint(["/nonexistent"])
        == "/nonexistent does not exist; try: the path of an mbox file or of a folder of patches, "
        + "or DIR@A..B for commits of a git tree")
    #expect(
      await Series.complaint([text])
        == "text has no patch: it is neither a mail, nor a mailbox, nor a diff; try: git "
        + "format-patch, or b4 am MESSAGE-ID for a series from a list archive")
    #expect(
      await Series.complaint([packed])
        == "\(packed) cannot be read: gzip: stdin: unexpected end of file")
    #expect(
      await Series.complaint([folder.path + "/empty"])
        == "\(folder.path)/empty has no file that ends in .patch, .diff, .eml, .mbox or .mbx; "
        + "try: git format-patch -o \(folder.path)/empty BASE..TIP")
  }
}
