import Foundation
import Testing

@testable import Kernels

@Suite struct MailboxTests {
  private static let subjects = [
    "mm/rmap: flush one page only",
    "mm/swap: für jede Seite remember the address, which the reader wants later on when it "
      + "looks for the slot",
    "mm/swap: put the slot",
  ]

  @Test(
    "a series is read from every way a mailbox is stored, and changes the same bytes",
    arguments: [
      "thread.mbox", "encoded.mbox", "t.mbox.gz", "b4-am.mbx", "crlf.mbox",
    ])
  func corpus(name: String) async throws {
    let series = try await Series.read(name)
    #expect(series.patches.map(\.subject) == Self.subjects)
    #expect(series.patches.map(\.index) == [1, 2, 3])
    #expect(
      series.patches.map(\.messageID) == (1...3).map { "20231112-series-v2-\($0)@kernel.example" })
    #expect(
      series.patches.map(\.files) == [
        ["mm/rmap.c"], ["mm/rmap.c", "mm/swap.c"], ["Documentation/mm.rst", "mm/swap.c"],
      ])
    let changes = try await Series.applied(series.patches)
    #expect(
      changes.map { $0.files.keys.sorted() } == [
        ["mm/rmap.c"], ["mm/rmap.c", "mm/swap.c"],
        ["Documentation/mm.rst", "mm/rmap.c", "mm/swap.c"],
      ])
    let last = try #require(changes.last)
    #expect(last.text("Documentation/mm.rst") == "Memory\n======\n\nWritten by Jürgen and Zoë.\n")
    #expect(last.text("mm/rmap.c")?.contains("\tflush_range(addr, 1);\n") == true)
    #expect(last.text("mm/rmap.c")?.contains("\t\tcount += 2;\n") == true)
    #expect(last.text("mm/swap.c")?.contains("\twrite(slot, addr);\n\treturn 0;\n") == true)
    #expect(try await last.digest() == Self.digest)
  }

  /// Of the series in the corpus, whatever mailbox it came from.
  private static let digest =
    "ca03dbf1c4f0ad307d0994967c2e4260ba620031a3dfa142db82433e73246a5d"

  @Test("of a list's thread the newest version is taken, in order; all else is noted")
  func thread() async throws {
    let series = try await Series.read("thread.mbox")
    #expect(series.coverSubject == "mm: swap and rmap, tidier")
    #expect(series.baseCommit == "dd7fa98ae6d2180d25f86f325129f00ce807c834")
    #expect(series.patches.map(\.file) == [4, 11, 1].map { "thread.mbox, message \($0)" })
    #expect(
      series.notes == [
        "thread.mbox, message 12 is a copy of thread.mbox, message 4 (the same Message-ID) and was "
          + "left out.",
        "thread.mbox, message 6 (Re: [PATCH v2 2/3] mm/swap: remember) is a reply with a diff in it "
          + "and was left out.",
        "1 reply was left out.",
        "v1 of “mm: swap and rmap, tidier” (3 of 3 patches) was left out for v2.",
        "v1 of “net: unrelated” (1 of 9 patches) is not complete and was left out.",
      ])
  }

  @Test("a patch in an attachment is taken")
  func attached() async throws {
    let series = try await Series.read("attached.eml")
    #expect(series.patches.map(\.subject) == ["multi"])
    #expect(series.patches.map(\.file) == ["attached.eml"])
    #expect(try await Series.applied(series.patches).last?.text("q") == "q\n")
  }

  @Test("replies and cover letters alone are no series")
  func replies() async throws {
    #expect(
      await Series.complaint([Series.corpus + "/replies.mbox"])
        == "replies.mbox has no patch: it holds 1 cover letter, 1 reply; try: git format-patch, "
        + "or b4 am MESSAGE-ID for a series from a list archive")
  }

  @Test("a missing number is an error that names it")
  func missing() async throws {
    #expect(
      await Series.complaint([Series.corpus + "/missing.mbox"])
        == "missing.mbox has patches 1, 3 of 3 of v2; 2 is missing; try: b4 am MESSAGE-ID, which "
        + "fetches the whole series")
  }

  @Test("a mailer that changed tabs is named as the cause")
  func mangled() async throws {
    let series = try await Series.read("mangled.mbox")
    let folder = try TemporaryFolder()
    let result = try await AppliedSeries.apply(
      series.patches, to: Series.tree, scratch: folder.path)
    #expect(
      result.refusal?.description
        == "patch 1 (“mm/rmap: flush one page only”, mangled.mbox, message 1) does not apply: hunk 1 "
        + "of 1 in mm/rmap.c, which belongs at line 19, matches nowhere; at line 19 only white "
        + "space differs: line 20 is “\\tif (pte_none(pte))”, the patch has “    if "
        + "(pte_none(pte))”; try: the mail as the list archive has it, from b4 am MESSAGE-ID; "
        + "a mailer changed it")
    #expect(result.steps.map(\.outcome).dropFirst() == [.notTried, .notTried])
  }
}
