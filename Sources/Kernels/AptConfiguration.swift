import Foundation

/// What the machine's apt configuration says about mirrors, and how to reach and verify them.
struct AptConfiguration: Equatable {
  /// Files and folders of the machine that the private configuration still refers to.
  struct Places: Equatable {
    var sourceList = "/etc/apt/sources.list"
    var sourceParts = "/etc/apt/sources.list.d"
    var trusted = "/etc/apt/trusted.gpg"
    var trustedParts = "/etc/apt/trusted.gpg.d"
    var netrc = "/etc/apt/auth.conf"
    var netrcParts = "/etc/apt/auth.conf.d"
  }

  let sources: [AptSource]
  let settings: AptSettings
  let places: Places

  /// Asks apt for its settings and reads the source files those name.
  ///
  /// - Throws: `ChildFailure` when there is no apt, or it does not answer in time.
  static func ofMachine() async throws -> AptConfiguration {
    let shell = try await ChildProcess(
      "apt-config",
      [
        "shell", "list", "Dir::Etc::sourcelist/f", "parts", "Dir::Etc::sourceparts/d",
        "trusted", "Dir::Etc::trusted/f", "trustedparts", "Dir::Etc::trustedparts/d",
        "netrc", "Dir::Etc::netrc/f", "netrcparts", "Dir::Etc::netrcparts/d",
      ], deadline: FetchDeadline.query
    ).output()
    let dump = try await ChildProcess("apt-config", ["dump"], deadline: FetchDeadline.query)
      .output()
    let places = Places(shell: shell)
    return AptConfiguration(
      sources: readSources(places), settings: AptSettings(dump: dump), places: places)
  }

  /// The entries of all source files, in apt's order: the list, then the parts by name.
  static func readSources(_ places: Places) -> [AptSource] {
    var sources = text(places.sourceList).map(AptSource.oneLine) ?? []
    let parts = FileManager.default.enumerator(atPath: places.sourceParts)
    let names = (parts?.allObjects ?? []).compactMap { $0 as? String }
    for name in names.sorted() where !name.contains("/") {
      let path = places.sourceParts + "/" + name
      if name.hasSuffix(".list") {
        sources += text(path).map(AptSource.oneLine) ?? []
      } else if name.hasSuffix(".sources") {
        sources += text(path).map(AptSource.deb822) ?? []
      }
    }
    return sources
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension AptConfiguration.Places {
  /// Reads the answer of `apt-config shell`: lines of the form `name='value'`.
  init(shell: String) {
    self.init()
    for line in shell.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "'"))
      switch parts[0] {
      case "list": sourceList = value
      case "parts": sourceParts = value.hasSuffix("/") ? String(value.dropLast()) : value
      case "trusted": trusted = value
      case "trustedparts": trustedParts = value
      case "netrc": netrc = value
      case "netrcparts": netrcParts = value
      default: break
      }
    }
  }
}
