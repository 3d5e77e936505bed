import Foundation
import Synchronization

/// Makes pages one after the other: the history has one connection, and threads that serve sockets must not wait for it.
///
/// One thread of its own, since glibc keeps what each thread has freed apart: with those of a dispatch queue, a server
/// of five large comparisons held 330 MB.
final class PageThread: Sendable {
  private let waiting = Mutex<[@Sendable () -> Void]>([])
  private let count = DispatchSemaphore(value: 0)

  init() {
    let thread = Thread { [weak self] in
      while let self { self.next() }
    }
    thread.name = "pages"
    thread.stackSize = 4 << 20
    thread.start()
  }

  func add(_ work: @escaping @Sendable () -> Void) {
    waiting.withLock { $0.append(work) }
    count.signal()
  }

  private func next() {
    count.wait()
    let work = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    work?()
  }
}
