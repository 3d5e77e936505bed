internal import Foundation
internal import Lab
internal import Reports
internal import Results

/// A run that was kept, read again.
struct SavedRun {
  /// The file it was read from.
  let file: URL
  private(set) var run: Run

  /// Reads a run's directory, or its run.json.
  init(_ path: String) throws {
    let given = URL(fileURLWithPath: path)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: given.path, isDirectory: &isDirectory) else {
      throw UsageFailure("there is no run “\(path)”\n  try: ls results")
    }
    file = isDirectory.boolValue ? RunFiles(given).json : given
    do {
      run = try JSONDecoder().decode(Run.self, from: Data(contentsOf: file))
    } catch let error as DecodingError {
      throw UsageFailure("\(file.path) is no run: \(Self.words(error))")
    } catch {
      throw UsageFailure("\(file.path) cannot be read: \(error.localizedDescription)")
    }
  }

  /// Leaves only these kernels; all when none is named.
  mutating func keep(kernels: [String]) throws {
    guard !kernels.isEmpty else { return }
    let known = Array(Set(run.results.map(\.planned.kernel))).sorted()
    for kernel in kernels where !known.contains(kernel) {
      throw UsageFailure(
        unknown: "kernel", kernel, known: known,
        list: "a kernel of this run: \(known.joined(separator: ", "))")
    }
    run.results.removeAll { !kernels.contains($0.planned.kernel) }
    run.guests.removeAll { !kernels.contains($0.kernel) }
  }

  /// The kernel log around what went wrong, when the console was kept beside the run.
  func excerpts() -> ConsoleExcerpts {
    let console = RunFiles(file.deletingLastPathComponent()).console
    // Without a console there is nothing to show, and a run.json may have been moved without it.
    guard let data = try? Data(contentsOf: console, options: .mappedIfSafe) else {  // see above
      return ConsoleExcerpts()
    }
    return data.withUnsafeBytes { ConsoleExcerpts(run, console: $0) }
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context): context.debugDescription
    case .keyNotFound(let key, _): "it has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }
}
