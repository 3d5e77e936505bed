import Foundation

/// The programs that a kernel is built with.
package struct Toolchain: Sendable, Equatable, CustomStringConvertible {
  /// First line of `gcc --version`.
  package let compiler: String
  /// First line of `ld --version`.
  package let linker: String
  /// Whether ccache is there; it changes how long a build takes, never what comes out.
  let hasCompilerCache: Bool

  package var description: String { compiler + ", " + linker }

  /// What a build needs: a program or header, and the Debian package that has it.
  private static let needed = [
    ("gcc", "gcc"), ("ld", "binutils"), ("make", "make"), ("flex", "flex"), ("bison", "bison"),
    ("bc", "bc"), ("perl", "perl"), ("strip", "binutils"), ("/usr/include/libelf.h", "libelf-dev"),
  ]

  /// The machine's toolchain.
  ///
  /// - Throws: `BuildError.noToolchain` naming everything that is missing.
  static func ofMachine() async throws -> Toolchain {
    let missing = needed.filter { !isThere($0.0) }
    guard missing.isEmpty else {
      throw BuildError.noToolchain(
        missing: missing.map(\.0), packages: Array(Set(missing.map(\.1))).sorted())
    }
    return Toolchain(
      compiler: try await version(of: "gcc"), linker: try await version(of: "ld"),
      hasCompilerCache: isThere("ccache"))
  }

  private static func version(of program: String) async throws -> String {
    let text = try await ChildProcess(program, ["--version"], deadline: FetchDeadline.query)
      .output()
    return text.split(separator: "\n").first.map(String.init) ?? program
  }

  private static func isThere(_ name: String) -> Bool {
    if name.hasPrefix("/") { return FileManager.default.fileExists(atPath: name) }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/" + name)
    }
  }
}
