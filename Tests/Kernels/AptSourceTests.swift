import Testing

@testable import Kernels

@Suite struct AptSourceTests {
  @Test("deb822 stanzas are read with comments, continuation lines and disabled entries")
  func deb822() {
    let sources = AptSource.deb822(
      """
      # the main archive
      Types: deb deb-src
      URIs: http://mirror.example/debian
       http://other.example/debian
      Suites: bookworm bookworm-updates
      # a comment within
      Components: main contrib
      Signed-By: /usr/share/keyrings/a.gpg, /usr/share/keyrings/b.gpg
      Trusted: yes
      Check-Valid-Until: no

      Types: deb
      URIs: http://off.example/debian
      Suites: sid
      Components: main
      Enabled: no

      types: deb
      uris: http://lower.example/debian
      suites: sid
      components: main
      """)
    #expect(
      sources == [
        AptSource(
          types: ["deb", "deb-src"],
          uris: ["http://mirror.example/debian", "http://other.example/debian"],
          suites: ["bookworm", "bookworm-updates"], components: ["main", "contrib"],
          signedBy: ["/usr/share/keyrings/a.gpg", "/usr/share/keyrings/b.gpg"],
          options: ["check-valid-until": "no"]),
        AptSource(
          types: ["deb"], uris: ["http://lower.example/debian"], suites: ["sid"],
          components: ["main"]),
      ])
  }

  @Test("a key written into the entry is kept as a key file's text")
  func embeddedKey() throws {
    let source = try #require(
      AptSource.deb822(
        """
        Types: deb
        URIs: http://mirror.example/debian
        Suites: sid
        Components: main
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         abc=
         -----END PGP PUBLIC KEY BLOCK-----
        """
      ).first)
    #expect(source.signedBy.isEmpty)
    #expect(
      source.embeddedKey
        == "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc=\n-----END PGP PUBLIC KEY BLOCK-----\n")
  }

  @Test("one-line entries are read with options and comments")
  func oneLine() {
    let sources = AptSource.oneLine(
      """
      # deb http://off.example/debian sid main
      deb [arch=amd64 signed-by=/etc/k.gpg trusted=yes by-hash=no] http://mirror.example/debian sid main # why

      deb-src http://mirror.example/debian sid main
      deb http://mirror.example/debian bookworm main contrib
      nonsense
      deb incomplete
      """)
    #expect(
      sources == [
        AptSource(
          types: ["deb"], uris: ["http://mirror.example/debian"], suites: ["sid"],
          components: ["main"], signedBy: ["/etc/k.gpg"], options: ["by-hash": "no"]),
        AptSource(
          types: ["deb-src"], uris: ["http://mirror.example/debian"], suites: ["sid"],
          components: ["main"]),
        AptSource(
          types: ["deb"], uris: ["http://mirror.example/debian"], suites: ["bookworm"],
          components: ["main", "contrib"]),
      ])
  }

  @Test("source files are read in apt's order, and only those apt would read")
  func files() throws {
    let folder = try TemporaryFolder()
    var places = AptConfiguration.Places()
    places.sourceList = try folder.write("sources.list", "deb http://one.example/debian sid main")
    places.sourceParts = folder.path + "/sources.list.d"
    try folder.write("sources.list.d/z.list", "deb http://three.example/debian sid main")
    try folder.write(
      "sources.list.d/a.sources",
      "Types: deb\nURIs: http://two.example/debian\nSuites: sid\nComponents: main")
    try folder.write("sources.list.d/b.list.save", "deb http://no.example/debian sid main")
    #expect(
      AptConfiguration.readSources(places).flatMap(\.uris)
        == ["one", "two", "three"].map { "http://\($0).example/debian" })
  }

  private static let configured = AptSource.oneLine(
    """
    deb http://tool.example/apt bookworm main
    deb http://packages.example/debian bookworm stable
    deb cdrom:[disc]/ bookworm main
    deb http://mirror.example/debian bookworm main
    deb-src http://source.example/debian bookworm main
    deb http://mirror.example/debian bookworm-updates main
    deb http://mirror.example/debian-security bookworm-security main
    deb http://llvm.example/debian llvm-toolchain-bookworm main
    """)

  @Test(
    "a suite is asked of Debian mirrors, security suites only of security mirrors",
    arguments: [
      ("trixie", ["http://mirror.example/debian", "http://tool.example/apt"]),
      ("experimental", ["http://mirror.example/debian", "http://tool.example/apt"]),
      ("trixie-security", ["http://mirror.example/debian-security"]),
    ])
  func mirrors(_ suite: String, _ uris: [String]) {
    #expect(AptMirror.candidates(for: suite, in: Self.configured).map(\.uri) == uris)
  }

  @Test(
    "mirrors on one host are known to be",
    arguments: [
      ("http://mirror.example/debian", "http://mirror.example"),
      ("http://mirror.example:8080", "http://mirror.example:8080"),
      ("file:/srv/debian", "file:/srv/debian"), ("file:///srv/debian", "file:///srv/debian"),
    ])
  func host(_ uri: String, _ expected: String) {
    let mirror = AptMirror(uri: uri, signedBy: [], embeddedKey: "", options: [:])
    #expect(mirror.host == expected)
  }

  @Test("a machine without Debian sources has no mirror")
  func noMirror() {
    let sources = AptSource.oneLine("deb http://mirror.example/ubuntu noble main universe")
    #expect(AptMirror.candidates(for: "sid", in: sources).isEmpty)
  }
}
