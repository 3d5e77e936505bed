internal import KernelLog
internal import Synchronization

/// One guest's console on its way into the splat scanner.
final class ConsoleFeed: Sendable {
  private let scanner = Mutex(KernelLogScanner())

  /// Takes bytes as the guest prints them.
  func take(_ bytes: UnsafeRawBufferPointer) {
    scanner.withLock { $0.read(bytes) }
  }

  /// What the last mark in the log says is running.
  var lastMark: SplatOwner { scanner.withLock { $0.owner } }

  /// Whether there is any splat so far, a whole one or the beginning of one.
  var hasSplats: Bool { scanner.withLock { $0.hasSplats || $0.isInsideSplat } }

  /// Every splat so far; call it when the guest has ended.
  func splats() -> [Splat] {
    scanner.withLock {
      $0.flush()
      return $0.takeSplats()
    }
  }
}
