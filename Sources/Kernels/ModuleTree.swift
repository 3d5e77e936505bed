import Foundation

/// The modules of one kernel as they lie in a folder: unpacked from a package, or a build tree.
struct ModuleTree {
  /// Path of each module's file, possibly compressed, by canonical name.
  let files: [String: String]
  /// Modules that are part of the image, by canonical name.
  let builtin: Set<String>

  /// The `kernel/` folder and `modules.builtin` files of unpacked packages.
  ///
  /// - Parameter folders: folders such as "usr/lib/modules/RELEASE"; those that do not exist are
  ///   left out.
  init(installed folders: [String]) {
    var files: [String: String] = [:]
    var builtin: Set<String> = []
    for folder in folders {
      builtin.formUnion(Self.list(folder + "/modules.builtin").map(Self.name(of:)))
      guard let walk = FileManager.default.enumerator(atPath: folder) else { continue }
      for case let path as String in walk where Self.isModule(path) {
        files[Self.name(of: path)] = folder + "/" + path
      }
    }
    self.files = files
    self.builtin = builtin
  }

  /// A build tree: `modules.order` names the modules that were built, `modules.builtin` the others.
  init(buildTree root: String) {
    builtin = Set(Self.list(root + "/modules.builtin").map(Self.name(of:)))
    var files: [String: String] = [:]
    for line in Self.list(root + "/modules.order") {
      // "kernel/drivers/x.ko" before 6.3, "drivers/x.o" since.
      let stem = line.hasPrefix("kernel/") ? String(line.dropFirst(7)) : line
      let path = root + "/" + (stem.hasSuffix(".o") ? stem.dropLast(2) + ".ko" : stem)
      if FileManager.default.fileExists(atPath: path) { files[Self.name(of: path)] = path }
    }
    self.files = files
  }

  private static func list(_ path: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0.trimmed }
  }

  private static func isModule(_ path: String) -> Bool {
    [".ko", ".ko.xz", ".ko.zst", ".ko.gz"].contains { path.hasSuffix($0) }
  }

  /// "kernel/crypto/lzo-rle.ko.xz" is the module "lzo_rle".
  static func name(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return WantedModule.canonical(file.prefix { $0 != "." })
  }
}
