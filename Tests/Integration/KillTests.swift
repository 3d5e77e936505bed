import Foundation
import Results
import Subprocess
import Testing

/// SIGKILL at any moment of a run.
///
/// `FAULTLINE_KILLS=50` tries as many moments as that, a few otherwise.
@Suite("killed at any moment", .serialized)
struct KillTests {
  private static var count: Int {
    ProcessInfo.processInfo.environment["FAULTLINE_KILLS"].flatMap { Int($0) } ?? 4
  }

  /// A kernel, a machine and a few quick cases.
  private static let arguments = [
    "--kernel", "debian-6.12", "--machine", "small", "--suite", "fork",
  ]

  @Test("nothing of it stays, what was kept before is as it was, and the next run is as ever")
  func killed() async throws {
    let harness = try Harness(suites: ["fork"])
    defer { harness.remove() }
    let whole = try await harness.run(Self.arguments + ["--seed", "1"])
    #expect(whole.status == .exited(0), "\(whole.err)")
    let kept = try harness.moveRun(to: "first")
    let bytes = try Data(contentsOf: kept)
    let length = whole.run.elapsedMilliseconds ?? 5_000
    var random = Moments(state: UInt64(length) | 1)
    for number in 1...Self.count {
      let moment = Int(random.next() % UInt64(length * 11 / 10))
      let outcome = try await harness.run(
        Self.arguments, Harness.Meddling(after: .milliseconds(moment)) { kill($0, SIGKILL) })
      #expect(outcome.leftovers == 0, "killed \(moment) ms after its start")
      // Whatever it had time to keep is whole: the harness has read it.
      _ = try harness.moveRun(to: "killed-\(number)")
      #expect(try Data(contentsOf: kept) == bytes)
    }
    let last = try await harness.run(Self.arguments + ["--seed", "1"])
    #expect(last.status == .exited(0), "\(last.err)")
    #expect(last.run.results.map(\.verdict) == whole.run.results.map(\.verdict))
  }
}

/// Chance that is the same for runs of the same length (xorshift64).
private struct Moments {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
