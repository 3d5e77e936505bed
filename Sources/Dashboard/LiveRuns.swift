import Foundation
import Results
import Store
import Synchronization

/// The runs that go on, and what they have found out: their run.json, read again when it has changed.
final class LiveRuns: Sendable {
  private struct Reading {
    let size: UInt64
    let changed: Date
    let run: Run
  }

  private let history: String
  private let readings = Mutex<[String: Reading]>([:])
  /// A larger file than this is not read while its run goes on.
  private static let maximumBytes: UInt64 = 64 << 20

  init(besides history: String) {
    self.history = history
  }

  func all() -> [RunningRun] { RunningRun.all(besides: history) }

  /// What a run has kept by now; nil when that is nothing yet.
  func soFar(_ running: RunningRun) -> Run? {
    let path = running.directory + "/run.json"
    // Nothing is there before its first results.
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path),  // see above
      let size = (facts[.size] as? NSNumber)?.uint64Value, size <= Self.maximumBytes,
      let changed = facts[.modificationDate] as? Date
    else { return nil }
    let known = readings.withLock { $0[path] }
    if let known, known.size == size, known.changed == changed { return known.run }
    // The next look finds a better one: the file is always replaced as a whole.
    guard let run = try? read(path) else { return known?.run }  // see above
    readings.withLock { readings in
      if readings.count > 16 { readings.removeAll() }
      readings[path] = Reading(size: size, changed: changed, run: run)
    }
    return run
  }

  private func read(_ path: String) throws -> Run {
    let file = try RunFile(path)
    var run = Run(
      id: file.header.id, started: file.header.started,
      elapsedMilliseconds: file.header.elapsedMilliseconds, seed: file.header.seed,
      guests: file.header.guests)
    try file.forEach { result in
      // What a live page does not show need not be held.
      var result = result
      result.evidence = [:]
      result.steps = []
      run.results.append(result)
    }
    return run
  }
}
