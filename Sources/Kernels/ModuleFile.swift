/// A kernel module that a guest may load: an uncompressed .ko file on the host.
package struct ModuleFile: Sendable, Equatable {
  /// The kernel's spelling, with "_" for "-": "lzo_rle".
  package let name: String
  package let group: ModuleGroup
  /// Absolute path of the .ko file.
  package let path: String
  /// Names of the modules that must be loaded before it; those built in are left out.
  package let needs: [String]

  package init(name: String, group: ModuleGroup, path: String, needs: [String]) {
    self.name = name
    self.group = group
    self.path = path
    self.needs = needs
  }
}
