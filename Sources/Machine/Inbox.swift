internal import Synchronization

/// Something that happened to a guest, in the order the host learned of it.
enum GuestEvent<Record: Sendable>: Sendable {
  case record(Record)
  /// The guest does not keep to the protocol; the words continue "it …".
  case broken(String)
  /// The record port is closed; libvirt's words where there are any.
  case channelEnded(String)
  case consoleEnded
  /// The console shows the last line of a panic; any program could have written it there.
  case panicShown
  /// The guest asked for its end: power-off, reset, triple fault.
  case shutDown
  /// The hypervisor says that it crashed.
  case crashed
  /// The domain is gone; whether QEMU failed.
  case stopped(failed: Bool)
  /// The QEMU process ended.
  case exited(QEMUProcess.Exit)
}

/// A queue with one reader that can wait for the next element with a deadline.
final class Inbox<Element: Sendable>: Sendable {
  private struct State {
    var queue: [Element] = []
    var head = 0
    var reader: CheckedContinuation<Element?, Never>?

    var count: Int { queue.count - head }

    mutating func take() -> Element? {
      guard head < queue.count else { return nil }
      let element = queue[head]
      head += 1
      // A steady flood never leaves it empty: what was taken must go all the same.
      if head == queue.count || head >= 1_024 && head > queue.count / 2 {
        queue.removeFirst(head)
        head = 0
      }
      return element
    }
  }

  private let state = Mutex(State())

  /// How many elements wait.
  var count: Int { state.withLock { $0.count } }

  /// Adds an element; any thread may.
  func post(_ element: Element) {
    let reader = state.withLock { state -> CheckedContinuation<Element?, Never>? in
      guard let reader = state.reader else {
        state.queue.append(element)
        return nil
      }
      state.reader = nil
      return reader
    }
    reader?.resume(returning: element)
  }

  /// The next element, or nil when none came in time.
  ///
  /// - Throws: `CancellationError` when the reading task is cancelled and nothing waits.
  func next(until deadline: ContinuousClock.Instant) async throws -> Element? {
    if let element = state.withLock({ $0.take() }) { return element }
    try Task.checkCancellation()
    let element = await withTaskGroup(of: Element?.self) { group in
      group.addTask { await self.wait() }
      group.addTask {
        try? await Task.sleep(until: deadline, clock: .continuous)  // cancelled: something came
        return nil
      }
      var found: Element?
      // An element may arrive while the deadline passes: the reader's answer counts even when it is the second.
      for await element in group {
        if let element { found = element }
        group.cancelAll()
      }
      return found
    }
    if element == nil { try Task.checkCancellation() }
    return element
  }

  private func wait() async -> Element? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let element = state.withLock { state -> Element?? in
          if let element = state.take() { return element }
          if Task.isCancelled { return .some(nil) }
          state.reader = continuation
          return nil
        }
        if let element { continuation.resume(returning: element) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }
}
