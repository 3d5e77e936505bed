import Foundation
import Kernels
package import Machine

/// The machines that can be asked for by name, as `kernels/machines.yaml` lists them.
package struct MachineCatalog: Sendable {
  /// In the order of the file; the first is the one used when none is asked for.
  package let machines: [MachineProfile]

  /// The names of all machines, in the order of the file.
  package var names: [String] { machines.map(\.name) }

  /// Reads a catalogue file.
  ///
  /// - Throws: `CatalogError` with file and line when the file cannot be read, is not YAML, or has an unknown key or
  ///   a value that makes no machine.
  package init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CatalogError(
        file: path, line: nil,
        problem: "cannot be read; set FAULTLINE_HOME to the folder that has kernels/machines.yaml")
    }
    try self.init(yaml: String(decoding: data, as: UTF8.self), file: path)
  }

  /// Reads a catalogue from text; `file` is only for messages.
  package init(yaml: String, file: String) throws {
    machines = try MachineCatalogReader(file: file).machines(in: yaml)
  }

  /// The machine with exactly this name.
  ///
  /// - Throws: `UnknownMachine` with the nearest known names.
  package func machine(named name: String) throws(UnknownMachine) -> MachineProfile {
    if let machine = machines.first(where: { $0.name == name }) { return machine }
    throw UnknownMachine(name: name, nearest: NearestNames.of(name, among: names), known: names)
  }
}
