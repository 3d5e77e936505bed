import Foundation
import Testing

@testable import Kernels

@Suite struct KernelSourceTests {
  private let folder: TemporaryFolder
  private let catalog: KernelCatalog
  private let fetcher: KernelFetcher

  init() throws {
    folder = try TemporaryFolder()
    catalog = try KernelCatalog(contentsOf: Fixture.root + "/kernels/kernels.yaml")
    fetcher = KernelFetcher(cache: KernelCache(directory: folder.path + "/cache"))
  }

  private func resolve(_ text: String) async throws -> BootableKernel {
    try await KernelSource.resolve(text, catalog: catalog, fetcher: fetcher)
  }

  @Test("a catalogue name is a catalogue entry")
  func name() throws {
    let source = try KernelSource.parse("debian-6.12", catalog: catalog)
    #expect(source == .catalog(try catalog.entry(named: "debian-6.12")))
  }

  @Test("a path to a bzImage is that image, with its release and digest")
  func image() async throws {
    let path = try folder.write("bzImage", Fixture.bzImage(release: "6.9.0-mine"))
    let kernel = try await resolve(path)
    #expect(kernel.name == path)
    #expect(kernel.image == path)
    #expect(kernel.release == "6.9.0-mine")
    #expect(kernel.sha256 == (try await FileDigest.sha256(of: [path]))[0])
    #expect(kernel.sha256.count == 64)
    #expect(kernel.modules.isEmpty)
    #expect(kernel.defect == nil)
  }

  @Test("garbage given by path is a kernel with a defect, not an error")
  func garbage() async throws {
    let path = try folder.write("garbage", Data(repeating: 7, count: 100))
    let kernel = try await resolve(path)
    #expect(kernel.defect?.hasPrefix("is not a bzImage (no HdrS magic at 0x202)") == true)
    #expect(kernel.release == nil)
  }

  @Test("what is neither a name nor a usable path says what was found")
  func mistakes() throws {
    let empty = folder.path + "/empty"
    let source = folder.path + "/linux"
    try folder.write("empty/.keep", "")
    try folder.write("linux/Kconfig", "")
    for (text, message) in [
      (folder.path + "/none", "kernel \(folder.path)/none does not exist"),
      ("/dev/null", "kernel /dev/null is neither a file nor a directory"),
    ] {
      #expect {
        try KernelSource.parse(text, catalog: catalog)
      } throws: { error in
        "\(error)" == message
      }
    }
    #expect(throws: UnknownKernel.self) { try KernelSource.parse("debian-6", catalog: catalog) }
    #expect(
      KernelPathError.noImage(path: empty, isKernelSource: false).description
        == "kernel \(empty) is a directory without vmlinux or arch/x86/boot/bzImage: give a kernel "
        + "build tree, or the image itself")
    #expect(
      KernelPathError.noImage(path: source, isKernelSource: true).description.hasSuffix(
        "build it first (make -C \(source) bzImage)"))
  }

  @Test("a directory without an image is an error, whether it is a kernel tree or not")
  func noImage() async throws {
    try folder.write("linux/Kconfig", "")
    let path = folder.path + "/linux"
    await #expect(throws: KernelPathError.noImage(path: path, isKernelSource: true)) {
      try await resolve(path)
    }
    await #expect(throws: KernelPathError.noImage(path: folder.path, isKernelSource: false)) {
      try await resolve(folder.path)
    }
  }

  private func makeTree() throws {
    try folder.write("tree/arch/x86/boot/bzImage", Fixture.bzImage(release: "6.9.0-tree"))
    try folder.write("tree/include/config/kernel.release", "6.9.0-tree\n")
    try folder.write("tree/.config", "CONFIG_ZRAM=m\n")
    try folder.write("tree/modules.builtin", "kernel/drivers/virtio/virtio_pci.ko\n")
    try folder.write("tree/modules.order", "drivers/block/zram/zram.o\nkernel/mm/zsmalloc.ko\n")
    try folder.write("tree/drivers/block/zram/zram.ko", Fixture.module(needs: ["zsmalloc"]))
    try folder.write("tree/mm/zsmalloc.ko", Fixture.module())
  }

  @Test("a build tree gives its image, configuration and modules, and says what it lacks")
  func tree() async throws {
    try makeTree()
    let root = folder.path + "/tree"
    let kernel = try await resolve(root)
    #expect(kernel.image == root + "/arch/x86/boot/bzImage")
    #expect(kernel.release == "6.9.0-tree")
    #expect(kernel.configValue("CONFIG_ZRAM") == "m")
    #expect(
      kernel.modules.map(\.path) == [
        root + "/mm/zsmalloc.ko", root + "/drivers/block/zram/zram.ko",
      ])
    #expect(kernel.lacks == ["virtio_console"])
    #expect(kernel.origin == "build tree \(root)")

    let byImage = try await resolve(kernel.image)
    #expect(byImage.modules == kernel.modules)
    #expect(byImage.name == kernel.image)
  }

  @Test("a small vmlinux with the PVH note is preferred to the bzImage, one without is not")
  func vmlinux() async throws {
    try makeTree()
    let root = folder.path + "/tree"
    let banner = "Linux version 6.9.0-tree (me) #1\0"
    try folder.write("tree/vmlinux", Fixture.elf(section: ".rodata", content: banner))
    #expect(try await resolve(root).image == root + "/arch/x86/boot/bzImage")
    try folder.write(
      "tree/vmlinux", Fixture.elf(section: ".rodata", content: banner, note: ("Xen", 18)))
    let kernel = try await resolve(root)
    #expect(kernel.image == root + "/vmlinux")
    #expect(kernel.release == "6.9.0-tree")
    #expect(kernel.modules.count == 2)
  }

  @Test("the cache is where the XDG specification says")
  func cachePlace() {
    #expect(
      KernelCache.standard(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"]).directory
        == "/x/faultline")
    #expect(
      KernelCache.standard(environment: ["XDG_CACHE_HOME": "x", "HOME": "/h"]).directory
        == "/h/.cache/faultline")
    #expect(KernelCache.standard(environment: ["HOME": "/h"]).directory == "/h/.cache/faultline")
  }
}
