import Testing

@testable import Kernels

@Suite struct PrivateAptTests {
  private static let dump = """
    APT "";
    APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";
    Dir::Bin::methods "/usr/lib/apt/methods";
    Dir::Etc::trusted "trusted.gpg";
    Acquire "";
    Acquire::AllowInsecureRepositories "1";
    Acquire::http "";
    Acquire::http::Proxy "http://proxy.example:3128/";
    Acquire::https::CAInfo "/etc/ssl/own.pem";
    Acquire::https::Timeout "5";
    Acquire::Check-Valid-Until "false";
    Acquire::Languages:: "de";
    Acquire::http::User-Agent "a "quoted" one";
    """

  private func apt(
    signedBy: [String] = [], embeddedKey: String = "", options: [String: String] = [:]
  ) -> PrivateApt {
    PrivateApt(
      directory: "/cache/apt/trixie", suite: "trixie",
      mirror: AptMirror(
        uri: "http://mirror.example/debian", signedBy: signedBy, embeddedKey: embeddedKey,
        options: options),
      machine: AptConfiguration(
        sources: [], settings: AptSettings(dump: Self.dump), places: AptConfiguration.Places()))
  }

  @Test(
    "the configuration keeps the machine's network settings, and never what weakens verification")
  func configuration() {
    #expect(
      apt().configuration == """
        Dir "/cache/apt/trixie/";
        Dir::Etc "/cache/apt/trixie";
        Dir::Etc::main "none.conf";
        Dir::Etc::parts "none";
        Dir::Etc::sourcelist "none.list";
        Dir::Etc::sourceparts "sources.list.d";
        Dir::Etc::preferences "none.pref";
        Dir::Etc::preferencesparts "none";
        Dir::Etc::trusted "/etc/apt/trusted.gpg";
        Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
        Dir::Etc::netrc "/etc/apt/auth.conf";
        Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
        Dir::State "/cache/apt/trixie";
        Dir::State::lists "lists";
        Dir::State::status "/cache/apt/trixie/status";
        Dir::Cache "/cache/apt/trixie";
        Dir::Cache::archives "archives";
        Dir::Cache::pkgcache "";
        Dir::Cache::srcpkgcache "";
        Dir::Log "/cache/apt/trixie";
        APT::Architecture "amd64";
        APT::Architectures { "amd64"; };
        APT::Sandbox::User "";
        APT::Update::Error-Mode "any";
        Acquire::Languages { "none"; };
        Acquire::GzipIndexes "true";
        Acquire::AllowInsecureRepositories "false";
        Acquire::AllowWeakRepositories "false";
        Acquire::AllowDowngradeToInsecureRepositories "false";
        APT::Get::AllowUnauthenticated "false";
        Acquire::Retries "1";
        Acquire::http::Timeout "10";
        Dir::Bin::methods "/usr/lib/apt/methods";
        Acquire::http::Proxy "http://proxy.example:3128/";
        Acquire::https::CAInfo "/etc/ssl/own.pem";
        Acquire::https::Timeout "5";
        Acquire::Check-Valid-Until "false";

        """)
  }

  @Test("the source names one suite, main, amd64, and the machine's keyring beside Debian's own")
  func stanza() {
    let keyring = "/usr/share/keyrings/debian-archive-bookworm-automatic.gpg"
    let source = apt(signedBy: [keyring], options: ["by-hash": "no"])
    #expect(
      source.sourceStanza(debianKeyring: true) == """
        Types: deb
        URIs: http://mirror.example/debian
        Suites: trixie
        Components: main
        Architectures: amd64
        Targets: Packages
        Signed-By: \(keyring) /usr/share/keyrings/debian-archive-keyring.gpg
        by-hash: no

        """)
  }

  @Test(
    "keyrings follow the machine's source",
    arguments: [
      ([], "", true, nil),
      (["/k/debian-archive-keyring.gpg"], "", false, "/k/debian-archive-keyring.gpg"),
      ([], "KEY", false, "/cache/apt/trixie/mirror.asc"),
      (
        ["0123456789ABCDEF0123456789ABCDEF01234567"], "", true,
        "0123456789ABCDEF0123456789ABCDEF01234567"
      ),
      ([PrivateApt.debianKeyring], "", true, PrivateApt.debianKeyring),
    ] as [([String], String, Bool, String?)])
  func keyrings(_ signedBy: [String], _ key: String, _ installed: Bool, _ expected: String?) {
    let stanza = apt(signedBy: signedBy, embeddedKey: key).sourceStanza(debianKeyring: installed)
    let line = stanza.split(separator: "\n").first { $0.hasPrefix("Signed-By") }
    #expect(line.map { String($0.dropFirst(11)) } == expected)
  }

  @Test("apt-config's answer names the machine's files")
  func places() {
    let places = AptConfiguration.Places(
      shell: "list='/etc/apt/sources.list'\nparts='/opt/apt/sources.list.d/'\ntrusted='/k.gpg'\n")
    #expect(places.sourceParts == "/opt/apt/sources.list.d")
    #expect(places.trusted == "/k.gpg")
    #expect(places.netrc == "/etc/apt/auth.conf")
  }
}
