import Foundation
import Testing

@testable import Kernels

@Suite struct ModuleTests {
  @Test("a module says what it needs, in the kernel's spelling")
  func info() {
    let info = ModuleInfo(Fixture.module(needs: ["zsmalloc", "lz4-compress"]))
    #expect(info?.needs == ["zsmalloc", "lz4_compress"])
    #expect(info?.release == "6.12.1-test")
    #expect(ModuleInfo(Fixture.module())?.needs == [])
    #expect(ModuleInfo(Data("not a module".utf8)) == nil)
  }

  private typealias Root = (name: String, group: ModuleGroup)

  @Test("each module comes after all it needs, and once; what is built in does not come at all")
  func order() throws {
    let roots: [Root] = [
      ("virtio_pci", .channel), ("virtio_console", .channel), ("zram", .machine),
      ("lz4", .machine), ("absent", .machine), ("ext4", .machine),
    ]
    let needs = [
      "virtio_pci": ["virtio_pci_modern_dev", "virtio", "virtio_ring"],
      "virtio_pci_modern_dev": [], "virtio": ["virtio_ring"], "virtio_ring": [],
      "virtio_console": ["virtio", "virtio_ring"], "zram": ["zsmalloc", "lz4_compress", "crc"],
      "zsmalloc": [], "lz4": ["lz4_compress"], "lz4_compress": [], "unrelated": [],
    ]
    let steps = try ModuleOrder.of(roots, needs: needs, builtin: ["ext4", "crc"])
    #expect(
      steps.map(\.name) == [
        "virtio_pci_modern_dev", "virtio_ring", "virtio", "virtio_pci", "virtio_console",
        "zsmalloc", "lz4_compress", "zram", "lz4",
      ])
    #expect(steps.prefix(5).allSatisfy { $0.group == .channel })
    #expect(steps.dropFirst(5).allSatisfy { $0.group == .machine })
    #expect(steps.first { $0.name == "zram" }?.needs == ["zsmalloc", "lz4_compress"])
  }

  @Test("a circle and a missing module are errors that name both ends")
  func broken() {
    let roots: [Root] = [("a", .machine)]
    #expect(throws: ModuleOrder.Broken(module: "b", needs: "a", isCircle: true)) {
      try ModuleOrder.of(roots, needs: ["a": ["b"], "b": ["a"]], builtin: [])
    }
    #expect(throws: ModuleOrder.Broken(module: "a", needs: "gone", isCircle: false)) {
      try ModuleOrder.of(roots, needs: ["a": ["gone"]], builtin: [])
    }
  }

  @Test("an unpacked package's modules are found under their canonical names")
  func installedTree() throws {
    let folder = try TemporaryFolder()
    try folder.write("m/modules.builtin", "kernel/fs/ext4/ext4.ko\nkernel/crypto/lzo-rle.ko\n")
    try folder.write("m/kernel/drivers/char/virtio_console.ko.xz", "")
    try folder.write("m/kernel/drivers/char/hw_random/virtio-rng.ko", "")
    try folder.write("m/kernel/README", "")
    let tree = ModuleTree(installed: [folder.path + "/m", folder.path + "/none"])
    #expect(tree.builtin == ["ext4", "lzo_rle"])
    #expect(tree.files.keys.sorted() == ["virtio_console", "virtio_rng"])
  }

  @Test(
    "modules of a distribution are decompressed, those of a tree read in place",
    arguments: ["", ".xz", ".zst", ".gz"])
  func harvest(_ suffix: String) async throws {
    let folder = try TemporaryFolder()
    let tools = [".xz": "xz", ".zst": "zstd", ".gz": "gzip"]
    for (name, needs) in [("zram", ["zsmalloc"]), ("zsmalloc", []), ("other", [])] {
      let path = try folder.write("m/kernel/\(name).ko", Fixture.module(needs: needs))
      if let tool = tools[suffix] {
        let rest = tool == "zstd" ? ["-q", "--rm", path] : [path]
        _ = try await ChildProcess(tool, rest, deadline: .seconds(20)).output()
      }
    }
    let tree = ModuleTree(installed: [folder.path + "/m"])
    try FileManager.default.createDirectory(
      atPath: folder.path + "/out", withIntermediateDirectories: false)
    let harvest = try await ModuleHarvest(tree, into: folder.path + "/out")
    #expect(harvest.modules.map(\.name) == ["zsmalloc", "zram"])
    let zram = try #require(harvest.modules.last)
    #expect(zram.path == folder.path + "/out/zram.ko")
    #expect(
      FileManager.default.contents(atPath: zram.path) == Fixture.module(needs: ["zsmalloc"]))
  }

  @Test("a module file that is none is an error that names it")
  func damaged() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("kernel/zram.ko", "nothing of the kind")
    await #expect(throws: ModuleHarvest.Damaged(path: path)) {
      try await ModuleHarvest(ModuleTree(installed: [folder.path]), into: nil)
    }
  }
}
