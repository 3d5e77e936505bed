import Foundation

/// A kernel that can be handed to a machine: an image, and the modules a guest on it may load.
package struct BootableKernel: Sendable, Equatable {
  /// What the user called it: a catalogue name, or the path as given.
  package let name: String
  /// The kernel's release; nil when the image does not say.
  package let release: String?
  /// Absolute path of a bzImage, or of a vmlinux with the PVH note.
  package let image: String
  /// Digest of the image, in lower-case hexadecimal.
  package let sha256: String
  /// In load order; empty when everything is built in, or for an image by itself.
  package let modules: [ModuleFile]
  /// The text of the kernel's configuration; nil when it is not known.
  package let config: String?
  /// Where it is from, for people: "Debian linux-image-… 6.12.107-1 from trixie".
  package let origin: String
  /// Why it cannot boot, such as "is empty"; nil when nothing speaks against it.
  ///
  /// Such a kernel is still a request: its boot is a case, and fails with this text.
  package let defect: String?
  /// Channel modules that are neither built in nor there as files, where that is known.
  package let lacks: [String]

  /// Modules to load before the agent's port can be opened, in load order.
  package var channelModules: [ModuleFile] { modules.filter { $0.group == .channel } }

  /// The modules to load to have the named ones, in load order; names of modules that are not there
  /// add nothing.
  ///
  /// Module names are taken with "-" or "_". Channel modules that the named ones need are included.
  package func modules(for names: [String]) -> [ModuleFile] {
    var wanted = Set(names.map { WantedModule.canonical($0) })
    // Load order has each module after all it needs, so one pass from the end finds everything.
    for module in modules.reversed() where wanted.contains(module.name) {
      wanted.formUnion(module.needs)
    }
    return modules.filter { wanted.contains($0.name) }
  }

  /// The value of a configuration symbol such as "CONFIG_ZRAM": "y", "m", a number or text; nil
  /// when not set or unknown.
  package func configValue(_ symbol: String) -> String? {
    guard let config else { return nil }
    let start = symbol + "="
    for line in config.split(separator: "\n") where line.hasPrefix(start) {
      return line.dropFirst(start.count).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
    return nil
  }
}

extension BootableKernel {
  /// A fetched kernel, under its catalogue name.
  package init(_ cached: CachedKernel) {
    let record = cached.record
    let config = cached.config.flatMap(FileManager.default.contents(atPath:))
    self.init(
      name: record.name, release: record.release, image: cached.image, sha256: record.sha256,
      modules: record.modules.map {
        ModuleFile(
          name: $0.name, group: $0.group, path: cached.directory + "/" + $0.file, needs: $0.needs)
      },
      config: config.map { String(decoding: $0, as: UTF8.self) },
      origin: "Debian \(record.package) \(record.version) from \(record.suite)", defect: nil,
      lacks: [])
  }

  /// An image file by itself, whatever is in it.
  ///
  /// - Throws: `ChildFailure` when it cannot be read.
  init(imageFile path: String, name: String) async throws {
    let image = KernelImage(path: path)
    let kind =
      switch image?.format {
      case .bzImage: "a bzImage"
      case .vmlinux: "a vmlinux"
      case .unknown, nil: "a file"
      }
    self.init(
      name: name, release: image?.release, image: path,
      sha256: try await FileDigest.sha256(of: [path]).first ?? "", modules: [], config: nil,
      origin: "\(kind), \(path)", defect: image.map(\.defect) ?? "cannot be read", lacks: [])
  }
}
