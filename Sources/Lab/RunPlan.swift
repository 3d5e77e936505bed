internal import Foundation
package import Kernels
package import Machine
package import Results

/// What a plan file asks for, every name found.
package struct RunPlan: Sendable {
  /// As the file has them: names of the catalogue, or paths.
  package var kernels: [String]
  package var machines: [MachineProfile]
  /// With the cases that the filters leave.
  package var suites: [Suite]
  package var exclusions: [CaseSelection.Exclusion] = []
  package var repetitions = 1
  package var isolation = Isolation.none
  package var seed: UInt64?
  package var deadline: Duration?
  package var baseline: PlanBaseline?
  package var redness = PlanRedness.failures

  package var selection: CaseSelection { exclusions.isEmpty ? .everything : .except(exclusions) }

  /// Reads a plan (docs/ci.md has its schema).
  ///
  /// - Throws: `CatalogError` with file and line for what it does not understand, and for names nobody has.
  package static func load(
    _ path: String, kernels: KernelCatalog, machines: MachineCatalog, suites: [Suite]
  ) throws -> RunPlan {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CatalogError(file: path, line: nil, problem: "cannot be read")
    }
    return try parse(
      String(decoding: data, as: UTF8.self), file: path, kernels: kernels, machines: machines,
      suites: suites)
  }

  /// Reads a plan from text; `file` is only for messages.
  package static func parse(
    _ yaml: String, file: String, kernels: KernelCatalog, machines: MachineCatalog,
    suites: [Suite]
  ) throws -> RunPlan {
    try RunPlanReader(file: file, kernels: kernels, machines: machines, suites: suites)
      .plan(in: yaml)
  }
}
