internal import ArgumentParser
internal import Foundation
internal import Kernels

/// `faultline kernels build`.
struct KernelsBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build a kernel from source; prints the path of its image.",
    discussion: """
      faultline run --kernel "$(faultline kernels build debian-source-6.12 --config debug)"

      The image is reproducible and kept by the digest of its input: the same source, patches, \
      configuration and toolchain are built once.

      Exit status: 0 built; 1 the source does not build or a patch does not apply; 64 usage, an \
      impossible configuration included; 69 host trouble.
      """)

  @Argument(help: "A source: a name, a tarball, a source tree, or DIR@REVISION of a git tree.")
  var source: String

  @OptionGroup var config: ConfigOptions

  @Option(name: .long, help: "A patch, or a series, to apply first; may be repeated.")
  var patch: [String] = []

  func run() async throws {
    let workspace = try Workspace()
    let origin = try workspace.origin(source)
    let fragments = try workspace.fragments(config.config)
    let series = patch.isEmpty ? nil : try await PatchSeries.read(patch)
    let progress = BuildProgress()
    try await interruptible {
      let tree = try await workspace.sources().tree(origin)
      let change = try await Self.change(series, on: tree)
      let builder = KernelBuilder(report: progress.note)
      do {
        let kernel = try await builder.kernel(
          KernelBuild(name: source, source: tree, change: change, fragments: fragments))
        Terminal.out(kernel.image + "\n")
      } catch let error as BuildError where error.blamesKernel {
        Terminal.err("error: \(error)\n")
        throw ExitStatus.failures.code
      }
    }
  }

  private static func change(
    _ series: PatchSeries?, on tree: SourceTree
  ) async throws -> SourceChange {
    guard let series else { return .none }
    for note in series.notes { Terminal.err(note + "\n") }
    let applied = try await AppliedSeries.apply(series.patches, to: tree.root)
    for step in applied.steps {
      if case .refused(let refusal) = step.outcome {
        Terminal.err("error: \(refusal)\n")
        throw ExitStatus.failures.code
      }
    }
    guard case .applied(let change) = applied.steps.last?.outcome else { return .none }
    return change
  }
}

/// Which configuration a kernel is built with.
struct ConfigOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "A fragment of kernels/configs on top of base, or a file; may be repeated.")
  var config: [String] = []
}

/// Runs work that SIGINT and SIGTERM end in order; ends with 130 then.
func interruptible<Value: Sendable>(
  _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let task = Task { try await work() }
  let signals = Signals { task.cancel() }
  do {
    return try await task.value
  } catch  where signals.hasFired {
    throw ExitStatus.interrupted.code
  }
}
