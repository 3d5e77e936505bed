internal import ArgumentParser
internal import Foundation
internal import Kernels

/// `faultline kernels`: what can be booted by name.
struct KernelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "List, fetch and show the kernels that have names.",
    subcommands: [List.self, Fetch.self, Show.self], defaultSubcommand: List.self)

  /// `faultline kernels list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The kernels of kernels.yaml, and which are in the cache.")

    func run() async throws {
      let workspace = try Workspace()
      let cache = KernelCache.standard()
      let width = workspace.kernels.names.map(\.count).max() ?? 0
      for entry in workspace.kernels.entries {
        let state =
          switch cache.state(of: entry.name) {
          case .absent: "not fetched"
          case .intact(let kernel): kernel.record.version
          case .doubtful(let kernel, _): kernel.record.version + " (to be checked)"
          }
        let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
        Terminal.out("\(name)  \(state.padding(toLength: 20, withPad: " ", startingAt: 0))  ")
        Terminal.out("\(entry.summary)\n")
      }
    }
  }

  /// `faultline kernels fetch`.
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch kernels into the cache and check those that are there.")

    @Argument(help: "Names from `faultline kernels list`.")
    var names: [String]

    @Flag(name: .long, help: "Look for a newer version even when one is cached.")
    var newest = false

    func run() async throws {
      let workspace = try Workspace()
      let entries = try names.map { name -> CatalogEntry in
        guard case .catalog(let entry) = try workspace.source(name) else {
          throw UsageFailure("\(name) is a path; only named kernels are fetched")
        }
        return entry
      }
      for entry in entries {
        let kernel = try await workspace.fetcher().kernel(
          entry, freshness: newest ? .newest : .verified)
        Terminal.out("\(entry.name)  \(kernel.record.version)  \(kernel.directory)\n")
      }
    }
  }

  /// `faultline kernels show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What one kernel is: version, origin, files. Fetches it when it is not cached.")

    @Argument(help: "A name, or the path of a bzImage, vmlinux or kernel build tree.")
    var name: String

    @Option(name: .long, help: "human, or image: only the path of the image.")
    var format: Format = .human

    enum Format: String, ExpressibleByArgument, CaseIterable {
      case human, image
    }

    func run() async throws {
      let workspace = try Workspace()
      let kernel = try await workspace.source(name).kernel(fetcher: workspace.fetcher())
      switch format {
      case .image: Terminal.out(kernel.image + "\n")
      case .human:
        Terminal.out(
          """
          \(kernel.name)
            release  \(kernel.release ?? "unknown")
            origin   \(kernel.origin)
            image    \(kernel.image)
            sha256   \(kernel.sha256)
            modules  \(kernel.modules.map(\.name).joined(separator: " "))

          """)
        if let defect = kernel.defect { Terminal.out("  defect   \(defect)\n") }
      }
    }
  }
}
