internal import Foundation
internal import Glibc
internal import GuestProtocol
internal import Subprocess
internal import SystemPackage

/// The image of an empty file system, made once and kept in the user's cache.
///
/// Its name is made of all that it depends on: kind, size, arguments, and the program that makes it. So whoever finds
/// it need not look into it, and two processes that make it at once do no harm.
package struct FileSystemImage: Sendable {
  private let disk: ScratchDisk
  private let cache: String
  private let searchPath: String

  /// How long making one may take; it takes some 20 ms.
  private static let deadline = Duration.seconds(60)

  /// - Parameters:
  ///   - disk: what it is to hold.
  ///   - cache: the directory of images; nil for the user's.
  ///   - searchPath: where to look for the program; nil for `PATH`, and where Debian has it.
  package init(_ disk: ScratchDisk, cache: String? = nil, searchPath: String? = nil) {
    self.disk = disk
    self.cache = cache ?? (CacheDirectory.path ?? NSTemporaryDirectory()) + "/file-systems"
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? ""
    self.searchPath = searchPath ?? inherited + ":/usr/sbin:/sbin"
  }

  /// The image's path, making it when it is not there.
  ///
  /// - Throws: `MachineError.noFileSystem` when the program is missing or fails, `.noFile`, `CancellationError`.
  package func path() async throws -> String {
    guard let tool = tool() else {
      throw failure("there is no \(disk.fileSystem.tool) in PATH or /usr/sbin")
    }
    let final = cache + "/" + name(madeBy: tool)
    if access(final, R_OK) == 0 { return final }
    do {
      try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    } catch {
      throw MachineError.noFile(path: cache, cause: error.localizedDescription)
    }
    let raw = cache + "/.raw-" + UUID().uuidString
    let squeezed = cache + "/.new-" + UUID().uuidString
    defer {
      unlink(raw)
      unlink(squeezed)
    }
    try await make(raw, tool)
    try SparseFile(path: raw).copy(to: squeezed, permissions: 0o644)
    guard rename(squeezed, final) == 0 else { throw RunDirectory.failure(final) }
    return final
  }

  private func tool() -> String? {
    searchPath.split(separator: ":").lazy.map { "\($0)/\(disk.fileSystem.tool)" }
      .first { access($0, X_OK) == 0 }
  }

  /// The program's size and time stand for its version, as with QEMU: asking for that takes longer than all else.
  private func name(madeBy tool: String) -> String {
    var status = stat()
    let version =
      stat(tool, &status) == 0 ? "\(status.st_size) \(status.st_mtim.tv_sec)" : "unknown"
    let recipe = disk.fileSystem.toolArguments.joined(separator: " ") + "\n" + version
    var checksum = Checksum()
    Array(recipe.utf8).withUnsafeBytes { checksum.add($0) }
    return "\(disk.fileSystem.rawValue)-\(disk.mebibytes)-\(checksum.text)"
  }

  private func make(_ path: String, _ tool: String) async throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw RunDirectory.failure(path) }
    defer { close(file) }
    guard ftruncate(file, disk.mebibytes << 20) == 0 else { throw RunDirectory.failure(path) }
    let arguments = disk.fileSystem.toolArguments + [path]
    let complaint = try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask { try await Self.complaint(of: tool, arguments) }
      group.addTask {
        try await Task.sleep(for: Self.deadline)
        return "it did not end within \(Self.deadline.components.seconds) s"
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    try Task.checkCancellation()
    if let complaint { throw failure(complaint) }
  }

  /// Runs the program; the last line of what it says when it fails.
  private static func complaint(of tool: String, _ arguments: [String]) async throws -> String? {
    var options = PlatformOptions()
    options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .zero)]
    let result = try await Subprocess.run(
      .path(FilePath(tool)), arguments: Arguments(arguments),
      environment: .inherit.updating(["LC_ALL": "C"]), platformOptions: options,
      input: .none, output: .discarded, error: .string(limit: 1 << 16))
    guard result.terminationStatus != .exited(0) else { return nil }
    let words = result.standardError.split(separator: "\n").last.map { ": " + $0 } ?? ""
    switch result.terminationStatus {
    case .exited(let status): return "\(tool) ended with status \(status)\(words)"
    case .signaled(let signal): return "\(tool) was ended by signal \(signal)\(words)"
    }
  }

  private func failure(_ cause: String) -> MachineError {
    .noFileSystem(
      fileSystem: disk.fileSystem.rawValue, mebibytes: disk.mebibytes,
      package: disk.fileSystem.package, cause: cause)
  }
}
