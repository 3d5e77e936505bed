/// Addresses of the pages that `faultline serve` answers; all that a page shows is in its address.
package struct PageLink: Equatable, Sendable {
  package enum Page: String, CaseIterable, Sendable {
    case runs = "/"
    case run = "/run"
    case `case` = "/case"
    case compare = "/compare"
    case live = "/live"
  }

  package var page: Page
  package var items: [(name: String, value: String)]

  package init(_ page: Page, _ items: [(name: String, value: String)] = []) {
    self.page = page
    self.items = items
  }

  package static func == (left: Self, right: Self) -> Bool { left.text == right.text }

  /// The path and the query, of characters that need no quoting anywhere.
  package var text: String {
    let words = items.filter { !$0.value.isEmpty }
      .map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
    return page.rawValue + (words.isEmpty ? "" : "?" + words.joined(separator: "&"))
  }

  static func run(_ run: String) -> PageLink { PageLink(.run, [("run", run)]) }

  static func testCase(_ run: String, suite: String, name: String) -> PageLink {
    PageLink(.case, [("run", run), ("suite", suite), ("case", name)])
  }

  private static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "/"), UInt8(ascii: ":"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return encoded
  }
}
