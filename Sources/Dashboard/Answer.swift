import Foundation
import Reports

/// What is said to a request.
package struct Answer: Equatable, Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)] = []
  package var body: String

  package init(_ status: Int, _ body: String, headers: [(name: String, value: String)] = []) {
    self.status = status
    self.body = body
    self.headers = headers
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.status == right.status && left.body == right.body
      && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
  }

  static func trouble(_ status: Int, _ words: String) -> Answer {
    Answer(status, TroublePage(title: phrase(status), words: words).text)
  }

  static func redirect(to link: PageLink) -> Answer {
    Answer(302, "", headers: [("Location", link.text)])
  }

  /// Everything before the body: what a browser must never do with it, and how long it is.
  func head(closes: Bool) -> String {
    let all =
      [
        ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "\(body.utf8.count)"),
        ("Content-Security-Policy", ServedPolicy.text), ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cache-Control", "no-store"),
        ("Connection", closes ? "close" : "keep-alive"),
      ] + headers.map { ($0.name, $0.value) }
    return "HTTP/1.1 \(status) \(Self.phrase(status))\r\n"
      + all.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 302: "Found"
    case 400: "Bad request"
    case 404: "Not found"
    case 405: "Method not allowed"
    case 413: "Content too large"
    case 421: "Misdirected request"
    case 431: "Request header fields too large"
    case 503: "Service unavailable"
    default: "Internal server error"
    }
  }
}
