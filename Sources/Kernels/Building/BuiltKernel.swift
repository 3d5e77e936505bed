import Foundation

/// A kernel that was built here: a folder of the cache with `vmlinux`, `config` and `build.log`.
package struct BuiltKernel: Sendable, Equatable {
  /// Absolute path.
  package let directory: String
  package let record: BuildRecord

  /// Absolute path of the vmlinux, which QEMU enters through its PVH note.
  package var image: String { directory + "/vmlinux" }
  package var log: String { directory + "/build.log" }

  init(directory: String, record: BuildRecord) {
    self.directory = directory
    self.record = record
  }

  /// The kernel whose image this is; nil when the file is no built image of ours.
  init?(image path: String) {
    guard path.hasSuffix("/vmlinux") else { return nil }
    self.init(folder: String(path.dropLast("/vmlinux".count)))
  }

  /// What a folder holds; nil unless the image is there as it was recorded: the record is written after it.
  init?(folder: String) {
    guard let data = FileManager.default.contents(atPath: folder + "/build.json") else {
      return nil
    }
    // A record of another layout, or a damaged one, counts as none: the kernel is built again.
    guard let record = try? JSONDecoder().decode(BuildRecord.self, from: data),  // see above
      record.schema == BuildRecord.currentSchema,
      let image = FileFacts(path: folder + "/vmlinux"), image.size == record.bytes,
      let written = FileFacts(path: folder + "/build.json"), image.modified <= written.modified
    else { return nil }
    self.init(directory: folder, record: record)
  }

  /// The kernel for a machine, under a name.
  package func bootable(name: String) -> BootableKernel {
    let config = FileManager.default.contents(atPath: directory + "/config")
    let origin = "built from \(record.origin), config " + record.fragments.joined(separator: " + ")
    return BootableKernel(
      name: name, release: record.release, image: image, sha256: record.sha256, modules: [],
      config: config.map { String(decoding: $0, as: UTF8.self) }, origin: origin,
      defect: KernelImage(path: image).map(\.defect) ?? "cannot be read", lacks: [])
  }
}
