package import Foundation
package import Kernels
package import Machine

/// The initramfs for a kernel and a machine.
package enum BootArchive {
  /// Its bytes: init, the modules this kernel needs to have the machine, and the machine's set-up.
  ///
  /// - Throws: when a file cannot be read, or the profile cannot be said to init.
  package static func bytes(
    for kernel: BootableKernel, machine: MachineProfile, initProgram: URL
  ) throws -> [UInt8] {
    let wanted = kernel.modules(for: machine.moduleNames)
    let modules = kernel.channelModules + wanted.filter { $0.group != .channel }
    return try Initramfs(
      program: Array(Data(contentsOf: initProgram)),
      modules: modules.map {
        Initramfs.Module(
          name: $0.name, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: $0.path))))
      },
      profile: machine
    ).archive()
  }
}
