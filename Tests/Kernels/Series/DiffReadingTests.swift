import Foundation
import Testing

@testable import Kernels

@Suite struct DiffReadingTests {
  @Test("a digest tells kinds, contents and paths apart, and not the order of the patches")
  func digests() async throws {
    func file(_ text: String, _ isExecutable: Bool = false) -> SourceChange.File {
      SourceChange.File(kind: .regular(isExecutable: isExecutable), content: Data(text.utf8))
    }
    let changes: [[String: SourceChange.File?]] = [
      [:], ["a": file("x")], ["a": file("x", true)], ["a": nil], ["b": file("x")],
      ["a": SourceChange.File(kind: .symbolicLink, content: Data("x".utf8))],
      ["a": file("")], ["a": file("x"), "b": file("")],
    ]
    var digests: Set<String> = []
    for change in changes { digests.insert(try await SourceChange(files: change).digest()) }
    #expect(digests.count == changes.count)
  }

  @Test(
    "names in diffs: blanks, quotes, renames, timestamps, /dev/null, lines that look like names")
  func names() {
    let diff = """
      diff --git a/a b/c b/a b/c
      old mode 100644
      new mode 100755
      diff --git a/old name b/new
      similarity index 100%
      rename from old name
      rename to new
      diff --git "a/t\\303\\274r\\t" "b/t\\303\\274r\\t"
      --- "a/t\\303\\274r\\t"
      +++ /dev/null
      @@ -1,2 +0,0 @@
      --- a/not a name
      -+++ b/not a name
      --- x/plain.c\t2024-01-01 00:00:00
      +++ y/plain.c\t2024-01-01 00:00:00
      @@ -3 +3,2 @@ function
       a
      +b
      @@ -9,2 +10 @@
       a
      -b
      -- 
      2.43.0
      """
    let read = UnifiedDiff(Data(diff.utf8))
    #expect(read.names == ["a b/c", "old name", "new", "tür\t", "plain.c"])
    #expect(read.files.last?.hunks.map(\.start) == [3, 9])
    #expect(read.files.last?.hunks.map(\.number) == [1, 2])
    #expect(read.files.last?.hunks.last?.expected == ["a", "b"])
    #expect(read.files[2].hunks.first?.expected == ["-- a/not a name", "+++ b/not a name"])
  }

  @Test("a mail's ids are found on folded lines, the nearest ancestor last")
  func headers() {
    let mail = """
      From x Thu Jan  1 00:00:00 1970
      Message-Id:
       <me@x>
      References: <root@x>
      \t<parent@x> <other@x>
      In-Reply-To: Zoe's message of "today" <parent@x>

      In-Reply-To: <not@x>
      """
    let headers = MailHeaders(Data(mail.utf8))
    #expect(headers?.messageID == "me@x")
    #expect(headers?.ancestors == ["root@x", "other@x", "parent@x"])
    #expect(MailHeaders(Data("Mutant: x\n---\n".utf8)) == nil)
  }
}
