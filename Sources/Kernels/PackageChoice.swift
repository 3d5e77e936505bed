/// The packages of one kernel in one version, all of which one suite has.
struct PackageChoice: Equatable {
  let version: String
  /// What the `*` of the patterns stands for.
  let release: String
  /// In the order of the patterns.
  let packages: [PackageOffer]

  /// Every kernel among `offers` that the entry would take: right series, and no package of it
  /// missing.
  static func all(for entry: CatalogEntry, among offers: [PackageOffer]) -> [PackageChoice] {
    guard let image = entry.packages.first else { return [] }
    return offers.compactMap { offer in
      guard let release = image.release(in: offer.package), entry.series.contains(offer.version)
      else { return nil }
      let packages = entry.packages.map {
        PackageOffer(package: $0.name(release: release), version: offer.version)
      }
      guard packages.allSatisfy(offers.contains) else { return nil }
      return PackageChoice(version: offer.version, release: release, packages: packages)
    }
  }

  /// The elements by version, the newest first by Debian's rules.
  ///
  /// dpkg itself compares: its order ("7.3~rc7" before "7.3", "5.9" before "5.10") is not worth a
  /// second implementation for a handful of versions.
  static func newestFirst<Element>(
    _ elements: [Element], version: (Element) -> String
  ) async throws -> [Element] {
    var sorted: [Element] = []
    for element in elements {
      var place = 0
      while place < sorted.count,
        try await !isNewer(version(element), than: version(sorted[place]))
      {
        place += 1
      }
      sorted.insert(element, at: place)
    }
    return sorted
  }

  private static func isNewer(_ version: String, than other: String) async throws -> Bool {
    let comparison = ChildProcess(
      "dpkg", ["--compare-versions", version, "gt", other], deadline: FetchDeadline.query)
    return try await comparison.run().succeeded
  }
}
