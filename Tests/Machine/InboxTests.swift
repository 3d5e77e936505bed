import Testing

@testable import Machine

@Suite("inbox")
struct InboxTests {
  private static let soon = Duration.milliseconds(1)
  private static let long = Duration.seconds(60)

  @Test("elements come in order, those that waited and those that did not")
  func order() async throws {
    let inbox = Inbox<Int>()
    for element in 0..<5 { inbox.post(element) }
    let poster = Task.detached {
      for element in 5..<500 {
        inbox.post(element)
        if element % 7 == 0 { await Task.yield() }
      }
    }
    var seen: [Int] = []
    while seen.count < 500, let element = try await inbox.next(until: .now + Self.long) {
      seen.append(element)
    }
    await poster.value
    #expect(seen == Array(0..<500))
    #expect(inbox.count == 0)
  }

  @Test("a deadline that passes is nil, and takes nothing with it")
  func deadline() async throws {
    let inbox = Inbox<Int>()
    #expect(try await inbox.next(until: .now + Self.soon) == nil)
    inbox.post(1)
    #expect(try await inbox.next(until: .now - .seconds(1)) == 1)
  }

  @Test("no element is lost to a deadline that passes at the same moment")
  func race() async throws {
    let inbox = Inbox<Int>()
    let poster = Task.detached {
      for element in 0..<200 {
        try await Task.sleep(for: .microseconds(200))
        inbox.post(element)
      }
    }
    var seen: [Int] = []
    while seen.count < 200 {
      if let element = try await inbox.next(until: .now + .microseconds(200)) {
        seen.append(element)
      }
    }
    try await poster.value
    #expect(seen == Array(0..<200))
  }

  @Test("a cancelled reader is told so, but first gets what is there")
  func cancellation() async throws {
    let inbox = Inbox<Int>()
    let reader = Task {
      try await inbox.next(until: .now + Self.long)
    }
    reader.cancel()
    await #expect(throws: CancellationError.self) { _ = try await reader.value }
    inbox.post(7)
    let second = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await inbox.next(until: .now + Self.long)
    }
    #expect(try await second.value == 7)
  }
}
