import Dashboard
import Testing

/// What a request says, and whom it may be addressed to.
@Suite struct RequestHeadTests {
  private func head(_ text: String) -> RequestHead? { RequestHead(Array(text.utf8)) }

  @Test("path and query are decoded once, and the first of two values counts")
  func decoding() throws {
    let read = try #require(
      head("GET /run?run=a%2Bb+c&q=%3Cscript%3E&q=second&%00=1 HTTP/1.1\r\nHost: localhost:1"))
    #expect(read.path == "/run")
    #expect(read.query == ["run": "a+b c", "q": "<script>", "\u{0}": "1"])
    #expect(read.host == "localhost:1")
    #expect(!read.closes && !read.hasBody)
  }

  @Test(
    "what is no head is refused",
    arguments: [
      "", "GET", "GET /", "GET / HTTP/2", "GET  / HTTP/1.1", "GET http://a/ HTTP/1.1",
      "GET /%zz HTTP/1.1", "GET /%ff HTTP/1.1", "GET /?a=%e9 HTTP/1.1",
      "GET / HTTP/1.1\r\nno colon",
      "GET / HTTP/1.1\r\n: empty", "GET /%4 HTTP/1.1",
    ])
  func refused(_ text: String) {
    #expect(head(text) == nil)
  }

  @Test("a hundred header lines are enough")
  func many() {
    let line = "\r\nA: b"
    #expect(head("GET / HTTP/1.1" + String(repeating: line, count: 99)) != nil)
    #expect(head("GET / HTTP/1.1" + String(repeating: line, count: 100)) == nil)
  }

  @Test("a body, an old version and two hosts are seen")
  func rest() throws {
    #expect(try #require(head("POST / HTTP/1.1\r\nContent-Length: 5")).hasBody)
    #expect(try #require(head("GET / HTTP/1.1\r\nTransfer-Encoding: chunked")).hasBody)
    #expect(try #require(head("GET / HTTP/1.0")).closes)
    #expect(try #require(head("GET / HTTP/1.1\r\nconnection: Close")).closes)
    #expect(try #require(head("GET / HTTP/1.1\r\nHost: a\r\nHost: b")).host == nil)
  }

  @Test("digits and localhost are allowed as a host, and names only when they were given")
  func hosts() {
    let names = HostNames(["ci.example"])
    for host in [
      "localhost", "localhost:8017", "127.0.0.1:1", "[::1]:8017", "[::1]", "192.0.2.1", "LOCALHOST",
      "ci.example:80", "CI.example",
    ] {
      #expect(names.allows(host), "\(host)")
    }
    for host in [
      "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost:x",
      "[::1", "[evil]", "ci.example.evil", "127.1",
    ] {
      #expect(!names.allows(host), "\(host)")
    }
    #expect(!names.allows(nil))
  }

  @Test("an address to listen on is digits and a port")
  func addresses() throws {
    #expect(try #require(ListenAddress("127.0.0.1:0")).isLoopback)
    #expect(try #require(ListenAddress("localhost:80")).host == "127.0.0.1")
    let six = try #require(ListenAddress("[::1]:8017"))
    #expect(six.isLoopback && six.url(port: 8017) == "http://[::1]:8017/")
    #expect(try !#require(ListenAddress("0.0.0.0:8017")).isLoopback)
    #expect(try !#require(ListenAddress("[::]:8017")).isLoopback)
    for text in [
      "8017", "127.0.0.1", "example.org:80", "::1:80", "127.0.0.1:65536", "[127.0.0.1]:1",
    ] {
      #expect(ListenAddress(text) == nil, "\(text)")
    }
  }
}
