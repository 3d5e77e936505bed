internal import ArgumentParser
internal import Foundation
internal import Kernels

/// `faultline kernels`: what can be booted by name.
struct KernelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "List, fetch, build and show kernels.",
    subcommands: [List.self, Fetch.self, KernelsBuildCommand.self, Show.self],
    defaultSubcommand: List.self)

  /// `faultline kernels list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The kernels and sources of kernels.yaml, and which are in the cache.")

    func run() async throws {
      let workspace = try Workspace()
      let cache = KernelCache.standard()
      let names = workspace.kernels.names + workspace.kernels.sourceNames
      let width = names.map(\.count).max() ?? 0
      func line(_ entry: CatalogEntry, _ state: String) {
        let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
        let column = state.padding(toLength: max(20, state.count), withPad: " ", startingAt: 0)
        Terminal.out("\(name)  \(column)  \(entry.summary)\n")
      }
      for entry in workspace.kernels.entries {
        let state =
          switch cache.state(of: entry.name) {
          case .absent: "not fetched"
          case .intact(let kernel): kernel.record.version
          case .doubtful(let kernel, _): kernel.record.version + " (to be checked)"
          }
        line(entry, state)
      }
      let store = SourceStore(cache: cache)
      for entry in workspace.kernels.sources {
        let version = store.cached(entry).flatMap { $0.id.split(separator: "_").last }
        line(entry, version.map(String.init) ?? "not fetched")
      }
    }
  }

  /// `faultline kernels fetch`.
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch kernels and sources into the cache and check the kernels that are there.")

    @Argument(help: "Names from `faultline kernels list`.")
    var names: [String]

    @Flag(name: .long, help: "Look for a newer version even when one is cached.")
    var newest = false

    func run() async throws {
      let workspace = try Workspace()
      let entries = try names.filter { !isSource($0, workspace) }.map { name -> CatalogEntry in
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
      for name in names where isSource(name, workspace) {
        let tree = try await workspace.sources().tree(workspace.origin(name), newest: newest)
        Terminal.out("\(name)  \(tree.origin)  \(tree.root)\n")
      }
    }

    private func isSource(_ name: String, _ workspace: Workspace) -> Bool {
      workspace.kernels.sourceNames.contains(String(name.prefix { $0 != "=" }))
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
