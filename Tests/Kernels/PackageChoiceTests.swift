import Testing

@testable import Kernels

@Suite struct PackageChoiceTests {
  private func entry(_ series: CatalogEntry.Series, _ packages: [String]) -> CatalogEntry {
    CatalogEntry(
      name: "k", summary: "", series: series, suites: ["sid"],
      packages: packages.compactMap { PackagePattern($0) })
  }

  @Test(
    "a series takes its own versions only",
    arguments: [
      ("6.1", "6.1.176-1", true), ("6.1", "6.1-1", true), ("6.1", "6.1~rc3-1~exp1", true),
      ("6.1", "6.12.107-1", false), ("6.1", "5.10.1-1", false), ("6.12", "6.12+deb13", true),
    ])
  func series(_ series: String, _ version: String, _ expected: Bool) {
    #expect(CatalogEntry.Series.series(series).contains(version) == expected)
  }

  @Test(
    "a pattern finds the release in a package's name, and no metapackage",
    arguments: [
      ("linux-image-6.1.0-50-cloud-amd64-unsigned", "6.1.0-50"),
      ("linux-image-6.12.107+deb13-cloud-amd64-unsigned", "6.12.107+deb13"),
      ("linux-image-6.1.0-50-cloud-amd64", nil), ("linux-image-cloud-amd64-unsigned", nil),
      ("linux-image-amd64-cloud-amd64-unsigned", nil),
    ] as [(String, String?)])
  func patterns(_ package: String, _ release: String?) {
    let pattern = PackagePattern("linux-image-*-cloud-amd64-unsigned")
    #expect(pattern?.release(in: package) == release)
  }

  @Test("madison's table is read, and doubled lines once")
  func madison() {
    let listing = """
      linux-image-a | 6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
      linux-image-a |  6.1.170-3 | http://mirror.example/debian bookworm/main amd64 Packages
      linux-image-a | 6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
      N: something else
      """
    #expect(
      PackageOffer.parse(madison: listing) == [
        PackageOffer(package: "linux-image-a", version: "6.1.176-1"),
        PackageOffer(package: "linux-image-a", version: "6.1.170-3"),
      ])
  }

  @Test("of a split kernel all packages must be there in one version")
  func split() {
    let offers = [
      PackageOffer(package: "linux-binary-7.2.1", version: "7.2.1-1"),
      PackageOffer(package: "linux-modules-7.2.1", version: "7.2.1-1"),
      PackageOffer(package: "linux-binary-7.2.2", version: "7.2.2-1"),
      PackageOffer(package: "linux-modules-7.2.2", version: "7.2.2-2"),
      PackageOffer(package: "linux-binary-7.3", version: "7.3-1"),
      PackageOffer(package: "linux-modules-7.3", version: "7.3-1"),
    ]
    let choices = PackageChoice.all(
      for: entry(.series("7.2"), ["linux-binary-*", "linux-modules-*"]), among: offers)
    #expect(choices.map(\.version) == ["7.2.1-1"])
    #expect(
      choices.first?.packages.map(\.package) == ["linux-binary-7.2.1", "linux-modules-7.2.1"])
  }

  @Test("versions are ordered as dpkg orders them, the newest first")
  func order() async throws {
    let versions = [
      "5.9.1-1", "7.3~rc7-1~exp1", "5.10.1-1", "7.3-1", "7.2.13-1", "7.3.4-1~bpo13+1", "7.3.4-1",
    ]
    #expect(
      try await PackageChoice.newestFirst(versions) { $0 } == [
        "7.3.4-1", "7.3.4-1~bpo13+1", "7.3-1", "7.3~rc7-1~exp1", "7.2.13-1", "5.10.1-1", "5.9.1-1",
      ])
  }
}
