package import GuestProtocol

/// The first file system of a guest: init, the kernel modules it loads, and what to set up.
///
/// Equal inputs give equal bytes, so a digest of the inputs names the file.
package struct Initramfs: Sendable {
  /// A kernel module, decompressed.
  package struct Module: Sendable, Equatable {
    /// Without `.ko`, such as `zram`.
    package var name: String
    package var bytes: [UInt8]
    /// What the module gets when it is loaded, such as `num_devices=1`.
    package var parameters: String

    package init(name: String, bytes: [UInt8], parameters: String = "") {
      self.name = name
      self.bytes = bytes
      self.parameters = parameters
    }
  }

  private let program: [UInt8]
  private let modules: [Module]
  private let setup: MachineSetup

  /// - Parameters:
  ///   - program: the executable of init.
  ///   - modules: what the kernel lacks for the channel and the profile, each after what it depends on. They are
  ///     loaded in this order, before anything else is set up.
  ///   - profile: the machine to set up and verify.
  package init(program: [UInt8], modules: [Module], profile: MachineProfile) {
    self.program = program
    self.modules = modules
    let loads = modules.map { module in
      MachineSetup.Directive.module(
        path: Self.path(of: module), parameters: module.parameters)
    }
    setup = MachineSetup(loads + profile.setupDirectives)
  }

  /// The archive, uncompressed: unpacking costs a guest under TCG more than the host saves.
  ///
  /// - Throws: `UnencodableDirective` when a module's name or a knob cannot stand in the set-up.
  package func archive() throws(UnencodableDirective) -> [UInt8] {
    let text = try setup.encoded()
    let size = modules.reduce(program.count + text.utf8.count + 4096) { $0 + $1.bytes.count + 256 }
    var archive = InitramfsArchive(reserving: size)
    archive.addDirectory("dev")
    // The kernel opens it as init's stdin, stdout and stderr before init can mount anything.
    archive.addCharacterDevice("dev/console", major: 5, minor: 1)
    archive.addFile("init", permissions: 0o755, content: program)
    archive.addDirectory("faultline")
    archive.addFile(Self.relative(MachineSetup.path), permissions: 0o644, content: text.utf8)
    archive.addDirectory("faultline/modules")
    for module in modules {
      archive.addFile(
        Self.relative(Self.path(of: module)), permissions: 0o644, content: module.bytes)
    }
    return archive.finished()
  }

  private static func path(of module: Module) -> String {
    "/faultline/modules/\(module.name).ko"
  }

  private static func relative(_ path: String) -> String {
    String(path.dropFirst())
  }
}
