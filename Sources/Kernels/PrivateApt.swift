import Foundation

/// apt with a configuration of its own below the cache: one suite of one mirror, no root, nothing
/// of the system's package state touched.
struct PrivateApt {
  /// Where Debian's own keys for all releases are, when the machine's source names fewer.
  static let debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

  let directory: String
  let suite: String
  let mirror: AptMirror
  let machine: AptConfiguration

  /// Writes the configuration; what an earlier run left of the index stays.
  func prepare() throws {
    let files = FileManager.default
    for folder in ["sources.list.d", "lists/partial", "archives/partial", "none"] {
      try files.createDirectory(
        atPath: directory + "/" + folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    try write("status", "")
    // A proxy's address may hold a password.
    try write("apt.conf", configuration, permissions: 0o600)
    if !mirror.embeddedKey.isEmpty { try write("mirror.asc", mirror.embeddedKey) }
    try write(
      "sources.list.d/suite.sources",
      sourceStanza(debianKeyring: files.fileExists(atPath: Self.debianKeyring)))
  }

  /// The text of apt.conf(5): every place private, the machine's network settings, verification
  /// always on.
  var configuration: String {
    var lines = [
      "Dir \"\(directory)/\";",
      "Dir::Etc \"\(directory)\";",
      "Dir::Etc::main \"none.conf\";",
      "Dir::Etc::parts \"none\";",
      "Dir::Etc::sourcelist \"none.list\";",
      "Dir::Etc::sourceparts \"sources.list.d\";",
      "Dir::Etc::preferences \"none.pref\";",
      "Dir::Etc::preferencesparts \"none\";",
      "Dir::Etc::trusted \"\(machine.places.trusted)\";",
      "Dir::Etc::trustedparts \"\(machine.places.trustedParts)\";",
      "Dir::Etc::netrc \"\(machine.places.netrc)\";",
      "Dir::Etc::netrcparts \"\(machine.places.netrcParts)\";",
      "Dir::State \"\(directory)\";",
      "Dir::State::lists \"lists\";",
      "Dir::State::status \"\(directory)/status\";",
      "Dir::Cache \"\(directory)\";",
      "Dir::Cache::archives \"archives\";",
      // A binary cache would save 0.3 s a query and cost 50 MB a suite.
      "Dir::Cache::pkgcache \"\";",
      "Dir::Cache::srcpkgcache \"\";",
      "Dir::Log \"\(directory)\";",
      "APT::Architecture \"amd64\";",
      "APT::Architectures { \"amd64\"; };",
      // As root apt would download as _apt, which cannot enter root's cache folder.
      "APT::Sandbox::User \"\";",
      "APT::Update::Error-Mode \"any\";",
      "Acquire::Languages { \"none\"; };",
      "Acquire::GzipIndexes \"true\";",
      "Acquire::AllowInsecureRepositories \"false\";",
      "Acquire::AllowWeakRepositories \"false\";",
      "Acquire::AllowDowngradeToInsecureRepositories \"false\";",
      "APT::Get::AllowUnauthenticated \"false\";",
    ]
    for (key, value) in Self.defaults where !machine.settings.has(key) {
      lines.append("\(key) \"\(value)\";")
    }
    lines += machine.settings.kept.map { "\($0.key) \"\($0.value)\";" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Bounds for a mirror that does not answer, where the machine sets none.
  private static let defaults = [
    ("Acquire::Retries", "1"), ("Acquire::http::Timeout", "10"), ("Acquire::https::Timeout", "10"),
  ]

  /// The text of the one deb822 source: only the amd64 package index of main.
  ///
  /// `debianKeyring` says whether the machine has Debian's archive keyring.
  func sourceStanza(debianKeyring: Bool) -> String {
    var keyrings = mirror.signedBy
    if !mirror.embeddedKey.isEmpty { keyrings.append(directory + "/mirror.asc") }
    // A source may name the keys of its own release only. Without any, apt uses all the machine
    // trusts.
    let restricted = keyrings.contains { $0.hasPrefix("/") }
    if restricted, debianKeyring, !keyrings.contains(Self.debianKeyring) {
      keyrings.append(Self.debianKeyring)
    }
    var lines = [
      "Types: deb", "URIs: \(mirror.uri)", "Suites: \(suite)", "Components: main",
      "Architectures: amd64", "Targets: Packages",
    ]
    if !keyrings.isEmpty { lines.append("Signed-By: " + keyrings.joined(separator: " ")) }
    for (name, value) in mirror.options.sorted(by: { $0.key < $1.key }) {
      lines.append("\(name): \(value)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Brings the suite's index up to date; cheap when it has not changed.
  ///
  /// - Throws: `SuiteFailure` when the mirror cannot be reached, lacks the suite, or is signed by
  ///   an unknown key.
  func update() async throws {
    func failed(_ reason: SuiteFailure.Reason) -> SuiteFailure {
      SuiteFailure(
        suite: suite, mirror: mirror.uri, keyrings: mirror.signedBy, reason: reason)
    }
    let apt = child("apt-get", ["-q", "update"], deadline: FetchDeadline.index)
    do {
      let ending = try await apt.run()
      guard ending.succeeded else {
        throw failed(AptComplaint(output: ending.output, errors: ending.errors).reason)
      }
    } catch let failure as ChildFailure where failure.reason == .late(FetchDeadline.index) {
      throw failed(.unreachable(failure.description))
    }
  }

  /// Every package of the suite that one of the patterns matches, in each version there is.
  func offers(_ patterns: [PackagePattern]) async throws -> [PackageOffer] {
    let names = try await run("apt-cache", ["pkgnames", "linux-"], deadline: FetchDeadline.query)
      .split(separator: "\n").map { String($0) }
      .filter { name in patterns.contains { $0.release(in: name) != nil } }
    guard !names.isEmpty else { return [] }
    let listing = try await run(
      "apt-cache", ["madison"] + names.sorted(), deadline: FetchDeadline.query)
    return PackageOffer.parse(madison: listing)
  }

  /// Downloads packages into a folder, each checked against the signed index.
  ///
  /// False when the index lists a package that the mirror does not have.
  func download(_ offers: [PackageOffer], into folder: String) async throws -> Bool {
    do {
      _ = try await run(
        "apt-get", ["-q", "download"] + offers.map { "\($0.package)=\($0.version)" },
        directory: folder, deadline: FetchDeadline.download)
      return true
    } catch let failure as ChildFailure
      where ["404  Not Found", "File not found"].contains(where: failure.lastWords.contains)
    {
      return false
    }
  }

  private func run(
    _ program: String, _ arguments: [String], directory: String? = nil, deadline: Duration
  ) async throws -> String {
    try await child(program, arguments, directory: directory, deadline: deadline).output()
  }

  private func child(
    _ program: String, _ arguments: [String], directory: String? = nil, deadline: Duration
  ) -> ChildProcess {
    ChildProcess(
      program, arguments, environment: ["APT_CONFIG": self.directory + "/apt.conf"],
      directory: directory, deadline: deadline)
  }

  private func write(_ name: String, _ text: String, permissions: Int = 0o644) throws {
    let path = directory + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
  }
}
