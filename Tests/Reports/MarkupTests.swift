import Foundation
import Testing

@testable import Reports

@Suite("markup")
struct MarkupTests {
  @Test(
    "what is put into it is text",
    arguments: [
      ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a&b", "a&amp;b"),
      ("\" onclick='x'", "&quot; onclick=&#39;x&#39;"), ("]]>", "]]&gt;"), ("ü ✓", "ü ✓"),
      ("\u{0}\u{1B}[2J", "\\u{0}\\u{1B}[2J"), ("a\r\nb", "a\\r\\nb"), ("a\nb", "a\nb"),
      ("\u{FFFE}\u{202E}", "\\u{FFFE}\\u{202E}"), ("&lt;", "&amp;lt;"),
    ])
  func text(text: String, expected: String) {
    #expect(Markup(text).source == expected)
    let inside: Markup = "<b title=\"\(text)\">\(text)</b>"
    #expect(inside.source == "<b title=\"\(expected)\">\(expected)</b>")
  }

  @Test("markup in markup stays markup, a list of it too")
  func nested() {
    let item: Markup = "<li>\("<")</li>"
    let list: Markup = "<ul>\([item, item])\(item)\(3)</ul>"
    #expect(list.source == "<ul><li>&lt;</li><li>&lt;</li><li>&lt;</li>3</ul>")
    #expect((item + item).byteCount == 2 * item.byteCount)
  }

  @Test(
    "SHA-256 as others compute it",
    arguments: [
      (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (3, "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc"),
      (55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
      (56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
      (64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
      (1000, "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d"),
    ])
  func digests(count: Int, expected: String) {
    // N bytes, the i-th of which is i % 251; checked against sha256sum.
    #expect(SHA256((0..<count).map { UInt8($0 % 251) }).hex == expected)
  }

  @Test("equal cells next to each other are one")
  func spans() {
    #expect(
      SpannedCells.markup(["a", "a", "<", ""]).source
        == "<td colspan=\"2\">a</td><td>&lt;</td><td></td>")
  }
}
