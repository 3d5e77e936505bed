import Foundation

@testable import Kernels

/// A signed Debian repository in a folder, with kernels made up for tests, and an apt configuration
/// that names it.
///
/// It needs gpg to sign; apt reads it through its own file: method and checks it as it checks any
/// other.
struct FakeMirror {
  /// Whether this machine has what is needed to make one.
  static let isPossible = ["gpg", "dpkg-deb", "xz"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
  }

  let folder: TemporaryFolder
  var root: String { folder.path + "/mirror" }
  private var gpgHome: String { folder.path + "/gpg" }
  private var keyring: String { folder.path + "/mirror.gpg" }

  init() async throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: gpgHome, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    _ = try await gpg([
      "--passphrase", "", "--quick-generate-key", "mirror@mirror.example", "ed25519", "sign",
      "never",
    ])
    _ = try await gpg(["--output", keyring, "--export"])
  }

  /// What apt would say on a machine that is configured with this mirror.
  ///
  /// `keyring` is the one its source names; nil stands for the one that signs it.
  func configuration(trusting keyring: String? = nil) -> AptConfiguration {
    AptConfiguration(
      sources: [
        AptSource(
          types: ["deb"], uris: ["file:" + root + "/debian"], suites: ["sid"], components: ["main"],
          signedBy: [keyring ?? self.keyring])
      ],
      settings: AptSettings(dump: ""), places: AptConfiguration.Places())
  }

  /// A package with one kernel: image, configuration, and modules of which one needs the other.
  struct Kernel {
    var version: String
    var release: String
    /// Replaces the image.
    var image: Data?
    /// Whether the channel's modules are there.
    var hasChannel = true
    /// Whether the index lists it without there being a file.
    var isGone = false

    init(_ version: String, image: Data? = nil, hasChannel: Bool = true, isGone: Bool = false) {
      self.version = version
      release = version.replacingOccurrences(of: "~", with: "-") + "-cloud-amd64"
      self.image = image
      self.hasChannel = hasChannel
      self.isGone = isGone
    }

    var package: String { "linux-image-\(release)-unsigned" }
  }

  /// Makes `suite` consist of these kernels, and signs it.
  func publish(_ kernels: [Kernel], in suite: String, signed: Bool = true) async throws {
    var index = ""
    for kernel in kernels { index += try await add(kernel) }
    let dist = "mirror/debian/dists/\(suite)"
    let packages = try folder.write(dist + "/main/binary-amd64/Packages", index)
    let digest = try await FileDigest.sha256(of: [packages])[0]
    let size = Data(index.utf8).count
    let release = try folder.write(
      dist + "/Release",
      """
      Origin: Test
      Suite: \(suite)
      Codename: \(suite)
      Date: Thu, 01 Jan 2026 00:00:00 UTC
      Architectures: amd64
      Components: main
      SHA256:
       \(digest) \(size) main/binary-amd64/Packages

      """)
    let inRelease = folder.path + "/" + dist + "/InRelease"
    if FileManager.default.fileExists(atPath: inRelease) {
      try FileManager.default.removeItem(atPath: inRelease)
    }
    if signed { _ = try await gpg(["--output", inRelease, "--clearsign", release]) }
  }

  /// Builds the package, and returns its stanza of the index.
  private func add(_ kernel: Kernel) async throws -> String {
    let tree = "build/" + kernel.package
    let modules = tree + "/lib/modules/" + kernel.release
    let image = kernel.image ?? Fixture.bzImage(release: kernel.release)
    try folder.write(tree + "/boot/vmlinuz-" + kernel.release, image)
    try folder.write(tree + "/boot/config-" + kernel.release, "CONFIG_ZRAM=m\nCONFIG_X=\"y\"\n")
    try folder.write(tree + "/boot/System.map-" + kernel.release, "the real one is elsewhere\n")
    let builtin = kernel.hasChannel ? "kernel/virtio_pci.ko\nkernel/virtio_console.ko\n" : ""
    try folder.write(modules + "/modules.builtin", builtin)
    try folder.write(modules + "/kernel/zsmalloc.ko", Fixture.module())
    try folder.write(modules + "/kernel/zram.ko", Fixture.module(needs: ["zsmalloc"]))
    let control = """
      Package: \(kernel.package)
      Version: \(kernel.version)
      Architecture: amd64
      Maintainer: Test <test@mirror.example>
      Description: a kernel made up for a test

      """
    try folder.write(tree + "/DEBIAN/control", control)
    let name = "pool/\(kernel.package)_\(kernel.version).deb"
    let deb = try folder.write("mirror/debian/" + name, Data())
    _ = try await ChildProcess(
      "dpkg-deb", ["--root-owner-group", "-b", folder.path + "/" + tree, deb],
      deadline: .seconds(30)
    ).output()
    let size = FileFacts(path: deb)?.size ?? 0
    let digest = try await FileDigest.sha256(of: [deb])[0]
    if kernel.isGone { try FileManager.default.removeItem(atPath: deb) }
    return control + "Filename: \(name)\nSize: \(size)\nSHA256: \(digest)\n\n"
  }

  private func gpg(_ arguments: [String]) async throws -> String {
    let output = try await ChildProcess(
      "gpg", ["--homedir", gpgHome, "--batch", "--yes"] + arguments, deadline: .seconds(30)
    ).output()
    // The agent outlives the call, and would outlive the test.
    _ = try await ChildProcess(
      "gpgconf", ["--homedir", gpgHome, "--kill", "all"], deadline: .seconds(30)
    ).output()
    return output
  }
}
