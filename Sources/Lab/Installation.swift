package import Foundation

/// Where faultline's own files are: the guest programs and `kernels/`.
package struct Installation: Sendable {
  /// The folder that holds `init` and one program per suite.
  package let guestDirectory: URL
  /// The folder that holds kernels.yaml, machines.yaml and known-issues.yaml.
  package let kernelsDirectory: URL

  package init(guestDirectory: URL, kernelsDirectory: URL) {
    self.guestDirectory = guestDirectory
    self.kernelsDirectory = kernelsDirectory
  }

  /// What keeps an installation from being used.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    case notFound(searched: [String])
    case notBuilt(guestDirectory: String)

    package var description: String {
      switch self {
      case .notFound(let searched):
        """
        faultline's kernels/ folder is not where it should be
          searched: \(searched.joined(separator: ", "))
          try:      run bin/faultline from a checkout after `make build`, or set FAULTLINE_HOME to \
        the checkout or the install prefix
        """
      case .notBuilt(let directory):
        "the guest programs are not in \(directory)\n  try: make build"
      }
    }
  }

  /// The ways a home may be laid out: a checkout, and an install prefix.
  private static let layouts = [
    (guest: "bin/guest", kernels: "kernels"),
    (guest: "lib/faultline/guest", kernels: "share/faultline/kernels"),
  ]

  /// Finds the installation.
  ///
  /// - Parameters:
  ///   - home: the value of `FAULTLINE_HOME`; when set, nothing else is searched.
  ///   - executable: the running executable, with links resolved. Its folder's parent is searched
  ///     first, then every folder above it, which finds a checkout from inside `.build`.
  /// - Returns: the first that has kernels/kernels.yaml.
  /// - Throws: `.notFound` when none has.
  package static func locate(home: String?, executable: URL) throws(Failure) -> Installation {
    var homes: [URL] = []
    if let home, !home.isEmpty {
      homes = [URL(fileURLWithPath: home)]
    } else {
      var folder = executable.deletingLastPathComponent()
      while folder.path != "/" {
        folder.deleteLastPathComponent()
        homes.append(folder)
      }
    }
    for home in homes {
      for layout in layouts {
        let kernels = home.appendingPathComponent(layout.kernels)
        let catalog = kernels.appendingPathComponent("kernels.yaml")
        guard FileManager.default.fileExists(atPath: catalog.path) else { continue }
        let guest = home.appendingPathComponent(layout.guest)
        return Installation(guestDirectory: guest, kernelsDirectory: kernels)
      }
    }
    throw .notFound(searched: homes.map(\.path))
  }

  /// A file of `kernels/`.
  package func file(_ name: String) -> URL { kernelsDirectory.appendingPathComponent(name) }

  /// PID 1 of every guest.
  package func initProgram() throws(Failure) -> URL {
    let program = guestDirectory.appendingPathComponent("init")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw .notBuilt(guestDirectory: guestDirectory.path)
    }
    return program
  }

  /// The guest program that runs those that are not ours.
  package func escort() throws(Failure) -> URL {
    let program = guestDirectory.appendingPathComponent("escort")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw .notBuilt(guestDirectory: guestDirectory.path)
    }
    return program
  }

  /// The suite programs, by name.
  package func suitePrograms() throws(Failure) -> [URL] {
    _ = try initProgram()
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: guestDirectory.path)
    } catch {
      throw .notBuilt(guestDirectory: guestDirectory.path)
    }
    // `test/` holds the programs of the harness's own tests.
    let suites = names.filter { !["init", "escort", "test"].contains($0) && !$0.hasPrefix(".") }
      .sorted()
    guard !suites.isEmpty else { throw .notBuilt(guestDirectory: guestDirectory.path) }
    return suites.map { guestDirectory.appendingPathComponent($0) }
  }
}
