internal import CLinuxMM

/// A POSIX thread that runs one closure; join it before the program needs its result.
public struct Thread: ~Copyable {
  private let handle: UInt64

  /// Keeps the closure until the thread has run it.
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  public init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    let kept = Unmanaged.passRetained(Body(body))
    var handle: UInt64 = 0
    let started = lmm_thread_start(
      { raw in
        guard let raw else { return }
        Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
      }, kept.toOpaque(), &handle)
    guard started == 0 else {
      let error = Errno.current
      kept.release()
      throw error
    }
    self.handle = handle
  }

  /// Waits for the closure to end.
  public consuming func join() throws(Errno) { try checked(lmm_thread_join(handle)) }
}

/// A mutual exclusion with a condition, on the monotonic clock.
// Unchecked: the pointer is to a pthread mutex and condition, made for any thread and never freed.
public struct Monitor: @unchecked Sendable {
  private let raw: OpaquePointer

  public init() {
    guard let raw = lmm_monitor_new() else { preconditionFailure("no memory for a monitor") }
    self.raw = raw
  }

  /// Runs `body` alone.
  public func locked<T>(_ body: () -> T) -> T {
    lmm_monitor_lock(raw)
    defer { lmm_monitor_unlock(raw) }
    return body()
  }

  /// Wakes whoever waits; call it inside `locked`.
  public func notify() { lmm_monitor_notify(raw) }

  /// Waits until `condition`, checked alone, holds; false when the time is over first.
  public func wait(milliseconds: UInt64, until condition: () -> Bool) -> Bool {
    let deadline = lmm_monotonic_ns() + milliseconds * 1_000_000
    lmm_monitor_lock(raw)
    defer { lmm_monitor_unlock(raw) }
    while !condition() {
      guard lmm_monitor_wait_until(raw, deadline) == 0 else { return condition() }
    }
    return true
  }
}
