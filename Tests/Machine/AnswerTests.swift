@testable import Machine
import Testing

@Suite("waiting for an answer") struct AnswerTests {
  @Test("gives what the work gives")
  func value() async throws {
    #expect(try await answer(within: .seconds(60)) { 7 } == 7)
  }

  @Test("throws what the work throws")
  func failure() async {
    await #expect(throws: MachineError.noEmulator) {
      try await answer(within: .seconds(60)) { () async throws -> Int in
        throw MachineError.noEmulator
      }
    }
  }

  @Test("gives nil when the work takes longer, and leaves it behind")
  func late() async throws {
    let (hold, release) = AsyncStream<Void>.makeStream()
    let value = try await answer(within: .milliseconds(20)) {
      for await _ in hold {}
      return 1
    }
    #expect(value == nil)
    release.finish()
  }

  @Test("ends when its caller is cancelled")
  func cancelled() async {
    let (hold, release) = AsyncStream<Void>.makeStream()
    let task = Task {
      try await answer(within: .seconds(600)) { () async throws -> Int in
        for await _ in hold {}
        return 1
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    release.finish()
  }
}
