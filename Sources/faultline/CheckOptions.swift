internal import ArgumentParser
internal import Foundation
internal import GuestProtocol
internal import Kernels
internal import Lab
internal import Machine
internal import Results

/// What the commands share that run suites on kernels.
struct SuiteOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The machine, from `faultline list --machines`; `run` takes several.")
  var machine: [String] = []

  @Option(name: .long, help: "Only this suite; may be repeated.")
  var suite: [String] = []

  @Option(name: .long, help: "Only cases that match this glob (* and ?); may be repeated.")
  var filter: [String] = []

  @Option(name: .long, help: "auto, kvm or tcg.")
  var accel: AcceleratorRequest = .auto

  /// The suites with the cases that are asked for; a name or filter that fits nothing is an error.
  func suites(_ workspace: Workspace) async throws -> [Suite] {
    let suites = try await workspace.suites(suite)
    let globs = try filter.map { pattern in
      let glob = Glob(pattern)
      let names = suites.flatMap(\.cases).map(\.name)
      guard names.contains(where: { glob.matches($0) }) else {
        throw UsageFailure(
          unknown: "case matching", pattern, known: names,
          list: "faultline list" + suite.map { " --suite \($0)" }.joined())
      }
      return glob
    }
    guard !globs.isEmpty else { return suites }
    return suites.compactMap { suite in
      suite.keeping { listing in globs.contains { $0.matches(listing.name) } }
    }
  }

  /// The machines that are asked for, each once; the default one when none is.
  func machines(_ workspace: Workspace) throws -> [MachineProfile] {
    var machines: [MachineProfile] = []
    for name in machine {
      let profile = try workspace.machine(name)
      if !machines.contains(where: { $0.name == profile.name }) { machines.append(profile) }
    }
    return machines.isEmpty ? [try workspace.machine(nil)] : machines
  }

  /// The one machine of a command that compares kernels.
  func oneMachine(_ workspace: Workspace) throws -> MachineProfile {
    let machines = try machines(workspace)
    guard machines.count == 1 else {
      let names = machines.map(\.name).joined(separator: ", ")
      throw UsageFailure(
        "--machine is given as \(names); kernels are compared on one\n"
          + "  try: one --machine, or faultline run, which takes several")
    }
    return machines[0]
  }

  /// What the guests run on, found out with a kernel that is to be tested.
  func accelerator(_ workspace: Workspace, probe kernel: BootableKernel) async throws
    -> AcceleratorChoice
  {
    try await accel.choice(kernel: kernel.image) {
      try BootArchive.bytes(
        for: kernel, machine: workspace.machine("small"),
        initProgram: workspace.installation.initProgram())
    }
  }
}

/// Where the files of a command go.
struct OutputDirectory {
  /// The directory, made; `file` must not be in it yet.
  static func make(_ path: String, without file: String) throws -> URL {
    let directory = URL(fileURLWithPath: path)
    if FileManager.default.fileExists(atPath: directory.appendingPathComponent(file).path) {
      throw UsageFailure("\(directory.path) holds a \(file) already\n  try: another --out")
    }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw UsageFailure(
        "the directory \(directory.path) cannot be made: \(error.localizedDescription)")
    }
    return directory
  }
}
