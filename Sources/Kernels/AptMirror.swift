/// A repository of the machine's apt configuration that can be asked for other suites of Debian.
struct AptMirror: Equatable {
  let uri: String
  /// What may sign it; empty means whatever the machine trusts.
  let signedBy: [String]
  /// An armoured key from the source entry; empty when there is none.
  let embeddedKey: String
  let options: [String: String]

  /// Names of Debian releases.
  ///
  /// A third party's repository for Debian uses them too, so they do not decide alone.
  private static let releases: Set<String> = [
    "buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid", "experimental", "unstable",
    "testing", "stable", "oldstable", "oldoldstable",
  ]
  private static let pockets: Set<String> = [
    "", "updates", "security", "backports", "backports-sloppy", "proposed-updates",
  ]

  /// The configured mirrors that may have `suite`, the likeliest first.
  ///
  /// Security suites live in an archive of their own, so they are asked of a source that has one,
  /// and only of those.
  static func candidates(for suite: String, in sources: [AptSource]) -> [AptMirror] {
    let wantsSecurity = isSecurity(suite)
    var mirrors: [AptMirror] = []
    for source in sources where source.types.contains("deb") && source.components.contains("main") {
      let fits = source.suites.contains { isDebian($0) && isSecurity($0) == wantsSecurity }
      guard fits else { continue }
      for uri in source.uris where !uri.hasPrefix("cdrom:") {
        guard !mirrors.contains(where: { $0.uri == uri }) else { continue }
        mirrors.append(
          AptMirror(
            uri: uri, signedBy: source.signedBy, embeddedKey: source.embeddedKey,
            options: source.options))
      }
    }
    // Third parties that name their suites after Debian's come last.
    return mirrors.filter(\.namesDebian) + mirrors.filter { !$0.namesDebian }
  }

  /// Method and host, such as "http://mirror.example"; the whole address where there is no host.
  var host: String {
    let parts = uri.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count > 2 && parts[1].isEmpty && !parts[2].isEmpty
      ? parts[0] + "//" + parts[2] : uri
  }

  private var namesDebian: Bool {
    uri.split(separator: "/").dropFirst().contains { $0.hasPrefix("debian") }
  }

  private static func isSecurity(_ suite: String) -> Bool {
    suite.hasSuffix("-security") || suite.hasSuffix("/updates")
  }

  private static func isDebian(_ suite: String) -> Bool {
    let parts = suite.split(separator: "/").first?.split(separator: "-", maxSplits: 1) ?? []
    guard let release = parts.first.map(String.init), releases.contains(release) else {
      return false
    }
    return pockets.contains(parts.count > 1 ? String(parts[1]) : "")
  }
}
