import Foundation

/// Lets as many commands that boot guests or build kernels go on at once as there are processors: a guest of a translator
/// that gets a tenth of one is slower than what a test, or faultline, waits for.
actor Turn {
  private static let shared = Turn(max(2, ProcessInfo.processInfo.activeProcessorCount))

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private init(_ count: Int) {
    free = count
  }

  /// Does `work` when it is its turn.
  static func take<Value: Sendable>(
    _ work: @Sendable () async throws -> Value
  ) async throws -> Value {
    await shared.begin()
    do {
      let value = try await work()
      await shared.end()
      return value
    } catch {
      await shared.end()
      throw error
    }
  }

  private func begin() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func end() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
