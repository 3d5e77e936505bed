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
    var json = ""
    try JSONReport().write(run, to: &json)
    try Data(json.utf8).write(to: files.json, options: .atomic)
    var ktap = ""
    KTAPReport().write(run, to: &ktap)
    try Data(ktap.utf8).write(to: files.ktap, options: .atomic)
    try keepSplats(run)
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
