// swift-tools-version: 6.2
// The static programs that run in the guest: init (PID 1) and one per suite. Only thin executables live here;
// their libraries are targets of the root package. `make guest` gives the Embedded Swift and static-link flags on
// the command line: in the manifest they would turn the host's copy of the libraries Embedded too.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let kit: [Target.Dependency] = [
  "CRuntime",
  .product(name: "GuestKit", package: "faultline"),
  .product(name: "GuestProtocol", package: "faultline"),
  .product(name: "LinuxMM", package: "faultline"),
]

/// A suite program: `guest/Sources/NAME`, linked against the test kit and libraries of shared bodies.
func suite(_ name: String, _ shared: [Target.Dependency] = []) -> Target {
  .executableTarget(name: name, dependencies: kit + shared, swiftSettings: settings)
}

let package = Package(
  name: "faultline-guest",
  dependencies: [.package(name: "faultline", path: "..")],
  targets: [
    .executableTarget(
      name: "init",
      dependencies: [
        "CInit", "CRuntime", .product(name: "GuestProtocol", package: "faultline"),
      ],
      swiftSettings: settings),
    .target(name: "CInit"),
    // What the programs expect of the C library and musl lacks.
    .target(name: "CRuntime"),
    // Bodies that hold for several backings, shared by the uffdwp suites.
    .target(name: "UffdWP", dependencies: kit, swiftSettings: settings),
    suite("uffdwp-anon", ["UffdWP"]),
    suite("uffdwp-shmem", ["UffdWP"]),
    suite("uffdwp-hugetlb", ["UffdWP"]),
    suite("fork", ["UffdWP"]),
    suite("cow", ["UffdWP"]),
    suite("migrate", ["UffdWP"]),
    suite("swap", ["UffdWP"]),
    suite("thp"),
    suite("softdirty"),
    suite("pagemap"),
    suite("race"),
    suite("state", ["UffdWP", .product(name: "StateModel", package: "faultline")]),
    // Runs programs that are not ours.
    suite("escort"),
    suite("test-trouble"),
    suite("test-storm"),
    suite("test-hostile"),
    // A program that is not ours: it speaks a TAP of its own.
    suite("test-stranger"),
  ]
)
