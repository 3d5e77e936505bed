import Foundation
import Testing

@testable import Kernels

@Suite struct DiffReadingTests {
  @Test(
    "SHA-256 is that of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 64),
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"
      ),
    ])
  func sha256(text: String, expected: String) {
    var digest = Sha256()
    digest.update(text.utf8)
    #expect(digest.digest() == expected)
  }

  @Test("a digest tells kinds, contents and paths apart, and not the order of the patches")
  func digests() {
    func file(_ text: String, _ isExecutable: Bool = false) -> SourceChange.File {
      SourceChange.File(kind: .regular(isExecutable: isExecutable), content: Data(text.utf8))
    }
    let changes: [[String: SourceChange.File?]] = [
      [:], ["a": file("x")], ["a": file("x", true)], ["a": nil], ["b": file("x")],
      ["a": SourceChange.File(kind: .symbolicLink, content: Data("x".utf8))],
      ["a": file("")], ["a": file("x"), "b": file("")],
    ]
    #expect(Set(changes.map { SourceChange(files: $0).digest }).count == changes.count)
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
