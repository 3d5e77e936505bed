internal import Foundation
internal import KernelLog
internal import Lab
internal import Reports
internal import Results

/// The files of a finished run.
struct KeptRun {
  private let files: RunFiles

  init(_ directory: URL) {
    files = RunFiles(directory)
  }

  /// Writes the files of a run whose red results the known issues have not explained yet.
  func keep(_ run: Run, explainedBy knownIssues: KnownIssues) throws {
    var run = run
    _ = knownIssues.apply(to: &run, today: .today)
    try keep(run)
  }

  /// Writes the run's files; each appears whole or not at all.
  func keep(_ run: Run) throws {
    try keepResults(run)
    try keepSplats(run)
  }

  /// Writes the run's files, or, where that cannot be done, into the directory for temporary files.
  ///
  /// - Returns: what went wrong, and where they are now.
  func keepSomewhere(_ run: Run) -> String? {
    do {
      try keep(run)
      return nil
    } catch {
      let trouble = "the results cannot be kept in \(files.directory.path): \(Self.words(error))"
      let other = FileManager.default.temporaryDirectory.appendingPathComponent(run.id)
      do {
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        try KeptRun(other).keep(run)
        return "\(trouble)\n  they are in \(other.path)"
      } catch {
        return "\(trouble)\n  nor in \(other.path): \(Self.words(error))"
      }
    }
  }

  /// Writes what there is without the splats, whose numbers are known when the run ends.
  func keepResults(_ run: Run) throws {
    // Somebody may have removed it since the run began.
    try FileManager.default.createDirectory(
      at: files.directory, withIntermediateDirectories: true)
    var json = ""
    try JSONReport().write(run, to: &json)
    try Data(json.utf8).write(to: files.json, options: .atomic)
    var ktap = ""
    KTAPReport().write(run, to: &ktap)
    try Data(ktap.utf8).write(to: files.ktap, options: .atomic)
  }

  /// The system's words for an error of a file, which Foundation wraps.
  static func words(_ error: any Error) -> String {
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
    if let known = cause as? POSIXError { return String(cString: strerror(known.code.rawValue)) }
    return (cause as NSError).localizedDescription
  }

  private func keepSplats(_ run: Run) throws {
    let splats = run.results.flatMap { result in result.splats.map { (result.planned, $0) } }
    guard !splats.isEmpty else { return }
    try FileManager.default.createDirectory(at: files.splats, withIntermediateDirectories: true)
    for (index, (planned, splat)) in splats.enumerated() {
      let head = "\(splat.title)\n\(planned.kernel) \(planned.suite)/\(planned.name)\n\n"
      let name = "\(index + 1)-\(splat.kind.rawValue).log"
      try Data((head + splat.text + "\n").utf8).write(
        to: files.splats.appendingPathComponent(name), options: .atomic)
    }
  }
}
