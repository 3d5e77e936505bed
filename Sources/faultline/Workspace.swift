internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Results

/// What every command needs of the installation: its programs, kernels, machines and known issues.
struct Workspace {
  let installation: Installation
  let kernels: KernelCatalog
  let machines: MachineCatalog

  init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    installation = try Installation.locate(
      home: environment["FAULTLINE_HOME"], executable: executable)
    kernels = try KernelCatalog(contentsOf: installation.file("kernels.yaml").path)
    machines = try MachineCatalog(contentsOf: installation.file("machines.yaml").path)
  }

  /// The known issues.
  func knownIssues() throws -> KnownIssues {
    try KnownIssuesFile.load(installation.file("known-issues.yaml"))
  }

  /// What a `--kernel` means, without fetching.
  func source(_ text: String) throws -> KernelSource {
    do {
      return try KernelSource.parse(text, catalog: kernels)
    } catch let error as UnknownKernel where kernels.sourceNames.contains(error.name) {
      throw UsageFailure(
        "“\(error.name)” is a source, not a kernel\n"
          + "  try: --kernel \"$(faultline kernels build \(error.name))\"")
    } catch let error as UnknownKernel {
      throw UsageFailure(
        unknown: "kernel", error.name, known: error.known,
        list: "faultline kernels list, or the path of a bzImage, vmlinux or build tree")
    } catch let error as KernelPathError {
      throw UsageFailure(error.description)
    }
  }

  /// The machine of that name.
  func machine(_ name: String?) throws -> MachineProfile {
    guard let name else { return machines.machines[0] }
    do {
      return try machines.machine(named: name)
    } catch {
      throw UsageFailure(
        unknown: "machine", name, known: machines.names, list: "faultline list --machines")
    }
  }

  /// The suites of these names, or all of them.
  func suites(_ names: [String]) async throws -> [Suite] {
    let programs = try installation.suitePrograms()
    let known = programs.map(\.lastPathComponent)
    for name in names where !known.contains(name) {
      throw UsageFailure(unknown: "suite", name, known: known, list: "faultline list")
    }
    return try await Suite.load(
      names.isEmpty ? programs : programs.filter { names.contains($0.lastPathComponent) })
  }

  /// What a `--base` means, without fetching.
  func origin(_ text: String) throws -> SourceOrigin {
    do {
      return try SourceOrigin.parse(text, catalog: kernels)
    } catch {
      throw UsageFailure(error.description)
    }
  }

  /// The sources of this user, with a line on standard error for each step.
  func sources() -> SourceStore {
    SourceStore { event in Terminal.err("\(event)\n") }
  }

  /// The base configuration and the fragments of these names or files on top.
  func fragments(_ names: [String]) throws -> [ConfigFragment] {
    let library = try ConfigLibrary(directory: installation.file("configs").path)
    var fragments: [ConfigFragment] = []
    for name in [ConfigLibrary.base] + names {
      let fragment = try library.fragment(named: name)
      if !fragments.contains(where: { $0.name == fragment.name }) { fragments.append(fragment) }
    }
    return fragments
  }

  /// A fetcher that says on standard error what it does.
  func fetcher() -> KernelFetcher {
    KernelFetcher { event in Terminal.err("\(event)\n") }
  }
}
