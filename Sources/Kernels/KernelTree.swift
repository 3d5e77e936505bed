import Foundation

/// A kernel build tree: the folder that `make` ran in (or its `O=` folder).
struct KernelTree {
  /// Absolute path, without a "/" at its end.
  let root: String

  /// A bigger vmlinux is full of debug information; its bzImage is quicker to read and to send to
  /// another host.
  private static let largestVmlinux = 64 << 20

  private var bzImage: String { root + "/arch/x86/boot/bzImage" }
  private var vmlinux: String { root + "/vmlinux" }

  /// The tree that an image file belongs to; nil when it lies in none.
  init?(holding image: String) {
    let folder: String
    if image.hasSuffix("/arch/x86/boot/bzImage") {
      folder = String(image.dropLast("/arch/x86/boot/bzImage".count))
    } else if image.hasSuffix("/vmlinux") {
      folder = String(image.dropLast("/vmlinux".count))
    } else {
      return nil
    }
    guard FileManager.default.fileExists(atPath: folder + "/include/config/kernel.release") else {
      return nil
    }
    root = folder
  }

  init(root: String) {
    self.root = root
  }

  /// The image to boot; nil when none is built.
  ///
  /// That is a vmlinux which QEMU can enter directly (0.1 s of CPU less under TCG), else the
  /// bzImage. A bzImage older than its vmlinux is out of date: `make vmlinux` does not renew it. A
  /// vmlinux with a defect comes last, for the sake of what the defect says.
  func bestImage() -> String? {
    let packed = FileFacts(path: bzImage)
    guard let unpacked = FileFacts(path: vmlinux) else { return packed == nil ? nil : bzImage }
    guard let packed else { return vmlinux }
    let wanted = unpacked.size <= Self.largestVmlinux || packed.modified < unpacked.modified
    return wanted && KernelImage(path: vmlinux)?.defect == nil ? vmlinux : bzImage
  }

  /// The kernel with one of the tree's images.
  func kernel(image: String, name: String) async throws -> BootableKernel {
    let tree = ModuleTree(buildTree: root)
    let harvest = try await ModuleHarvest(tree, into: nil)
    let facts = KernelImage(path: image)
    let release = text("include/config/kernel.release")?.trimmed
    // Without modules.builtin nothing is known about what is built in.
    let builtKnown = FileFacts(path: root + "/modules.builtin") != nil
    let lacks = WantedModule.all.filter {
      $0.group == .channel && tree.files[$0.name] == nil && !tree.builtin.contains($0.name)
    }
    return BootableKernel(
      name: name, release: facts?.release ?? release, image: image,
      sha256: try await FileDigest.sha256(of: [image]).first ?? "", modules: harvest.modules,
      config: text(".config"), origin: "build tree \(root)", defect: facts?.defect,
      lacks: builtKnown ? lacks.map(\.name) : [])
  }

  private func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: root + "/" + name).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
