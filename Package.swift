// swift-tools-version: 6.2
// The host executable and every library. The guest's libraries (GuestProtocol, CLinuxMM, LinuxMM, GuestKit) live
// here too, so that they compile and are unit-tested natively; guest/ holds only the static executables.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A library target of ours with the package's settings.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The test target of a library; corpora and snapshots are read from the source tree.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], data: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, path: "Tests/" + name,
    exclude: data, swiftSettings: settings)
}

let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "faultline",
  products: [
    .executable(name: "faultline", targets: ["faultline"]),
    .library(name: "GuestProtocol", targets: ["GuestProtocol"]),
    .library(name: "LinuxMM", targets: ["LinuxMM"]),
    .library(name: "GuestKit", targets: ["GuestKit"]),
    .library(name: "StateModel", targets: ["StateModel"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    library("GuestProtocol"),
    .target(name: "CLinuxMM"),
    library("LinuxMM", ["CLinuxMM"]),
    library("GuestKit", ["GuestProtocol", "LinuxMM"]),
    // What the suite `state` expects: pure, so that it is tested here.
    library("StateModel"),
    library("KernelLog"),
    library("Results", ["GuestProtocol", "KernelLog"]),
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    library("Libvirt", ["CLibvirt"]),
    library("Machine", ["Libvirt", "Results", "GuestProtocol", subprocess, systemPackage]),
    library("Kernels", ["Results", yams, subprocess, systemPackage]),
    library("Reports", ["Results"]),
    // The history of runs.
    library("Store", ["Results", "KernelLog", "GuestProtocol", grdb, sqlite]),
    // `faultline serve`.
    library(
      "Dashboard", ["Store", "Reports", "Results", "GuestProtocol", flyingSocks]),
    library(
      "Lab",
      [
        "Kernels", "Machine", "Results", "GuestProtocol", "KernelLog", yams, subprocess,
        systemPackage,
      ]),
    .executableTarget(
      name: "faultline",
      dependencies: [
        "Lab", "Reports", "Store", "Dashboard", "Kernels", "KernelLog", "Machine", "Results",
        "GuestProtocol", argumentParser, subprocess, systemPackage,
      ], swiftSettings: settings),
    .target(
      name: "TestSupport", path: "Tests/Support", exclude: ["script"], swiftSettings: settings),
    tests("GuestProtocol", ["GuestProtocol"]),
    tests("LinuxMM", ["LinuxMM"]),
    tests("GuestKit", ["GuestKit", "GuestProtocol", "LinuxMM"]),
    tests("StateModel", ["StateModel"]),
    tests("KernelLog", ["KernelLog"], data: ["Corpus", "provoke"]),
    tests("Results", ["Results", "GuestProtocol", "KernelLog"], data: ["ForeignCorpus"]),
    tests("Libvirt", ["Libvirt"]),
    tests(
      "Machine",
      ["Machine", "GuestProtocol", "Libvirt", "Results", "TestSupport", subprocess, systemPackage],
      data: ["Snapshots"]),
    tests("Kernels", ["Kernels", systemPackage], data: ["Series/Corpus"]),
    tests(
      "Reports", ["Reports", "Results", "KernelLog", "GuestProtocol"],
      data: ["Snapshots", "junit.xsd"]),
    tests("Store", ["Store", "Results", "KernelLog", "GuestProtocol", grdb]),
    tests("Dashboard", ["Dashboard", "KernelLog", "Store", "Results"]),
    tests(
      "Lab",
      ["Lab", "KernelLog", "Kernels", "Machine", "Results", "GuestProtocol", "TestSupport"],
      data: ["Conversations"]),
    tests("Tidy", []),
    tests("CLI", [subprocess, systemPackage]),
    tests(
      "Integration",
      ["GuestProtocol", "KernelLog", "Results", "TestSupport", subprocess, systemPackage, yams],
      data: ["terminal.py", "Reports/browse.py", "Reports/server.py", "Reports/validators"]),
  ]
)
