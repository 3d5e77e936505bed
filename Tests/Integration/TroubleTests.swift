import Foundation
import GuestProtocol
import Kernels
import Lab
import Machine
import Results
import Synchronization
import Testing

/// A real kernel in a real guest that fails in every way; `make test` fetches the kernel.
@Suite("a guest in trouble", .serialized)
struct TroubleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private let installation = Installation(
    guestDirectory: root.appendingPathComponent("bin/guest"),
    kernelsDirectory: root.appendingPathComponent("kernels"))
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-trouble-\(UUID().uuidString)")

  /// Runs the suite of trouble on a kernel.
  private func run(
    _ kernel: BootableKernel, filters: [String] = [],
    stopWhen: (@Sendable (RunEvent) -> Bool)? = nil
  ) async throws -> Lab.Outcome {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let programs = [installation.guestDirectory.appendingPathComponent("test/test-trouble")]
    let spec = RunSpec(
      kernels: [kernel], machine: MachineProfile(name: "default"),
      suites: try await Suite.load(programs), filters: filters.map { Glob($0) }, repetitions: 1,
      accelerator: AcceleratorChoice(.tcg, reason: "the test asks for it"), connection: nil,
      directory: directory, id: "test")
    let task = Mutex<Task<Lab.Outcome, Never>?>(nil)
    let lab = try Lab(installation) { event in
      if stopWhen?(event) == true { task.withLock { $0?.cancel() } }
    }
    let work = Task { await lab.run(spec) }
    task.withLock { $0 = work }
    return await work.value
  }

  private func debian() async throws -> BootableKernel {
    let catalog = try KernelCatalog(contentsOf: installation.file("kernels.yaml").path)
    return BootableKernel(try await KernelFetcher().kernel(try catalog.entry(named: "debian-6.12")))
  }

  private func remove() {
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(at: directory)  // see above
  }

  private func verdicts(_ outcome: Lab.Outcome) -> [String: Verdict] {
    Dictionary(
      outcome.run.results.map { ($0.planned.name, $0.verdict) }, uniquingKeysWith: { $1 })
  }

  @Test("every case has its verdict: a panic costs its case, later ones are missing")
  func everyVerdict() async throws {
    defer { remove() }
    let outcome = try await run(debian())
    #expect(
      verdicts(outcome) == [
        "boot": .pass, "trouble.pass": .pass, "trouble.fail": .fail, "trouble.skip": .skip,
        "trouble.unexercised": .unexercised, "trouble.error": .error, "trouble.hang": .hang,
        "trouble.warning": .fail, "trouble.panic": .crash, "trouble.after": .missing,
      ])
    #expect(outcome.trouble.isEmpty)
    let panic = try #require(
      outcome.run.results.first { $0.planned.name == "trouble.panic" })
    #expect(panic.splats.map(\.title) == ["Kernel panic: sysrq triggered crash"])
    let console = try String(
      contentsOf: directory.appendingPathComponent("console.log"), encoding: .utf8)
    #expect(console.contains("faultline: case trouble.panic start"))
  }

  @Test("stopping a run keeps what was found and calls the rest missing")
  func interrupted() async throws {
    defer { remove() }
    let outcome = try await run(debian()) { event in
      if case .caseStarted(_, _, "trouble.hang") = event { true } else { false }
    }
    #expect(outcome.isInterrupted)
    let verdicts = verdicts(outcome)
    #expect(verdicts["trouble.fail"] == .fail)
    #expect(verdicts["trouble.hang"] == .missing)
    #expect(verdicts["trouble.after"] == .missing)
    #expect(verdicts.count == 10)
  }

  @Test("an image that is no kernel fails boot/boot with what was seen, and the rest is missing")
  func garbage() async throws {
    defer { remove() }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let image = directory.appendingPathComponent("bzImage")
    try Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: image)
    let catalog = try KernelCatalog(contentsOf: installation.file("kernels.yaml").path)
    let kernel = try await KernelSource.resolve(
      image.path, catalog: catalog, fetcher: KernelFetcher())
    let outcome = try await run(kernel)
    let boot = try #require(outcome.run.results.first)
    #expect(boot.verdict == .fail)
    #expect(boot.reason?.text.isEmpty == false)
    #expect(outcome.run.results.dropFirst().allSatisfy { $0.verdict == .missing })
    #expect(outcome.trouble.isEmpty)
    #expect(outcome.run.exitStatus == 1)
  }
}
