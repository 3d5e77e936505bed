internal import Libvirt
internal import Synchronization

/// Which guest wants to hear of which domain's events.
final class RouteTable: Sendable {
  private let observers = Mutex<[String: @Sendable (LifecycleEvent) -> Void]>([:])

  func add(_ domain: String, _ observe: @escaping @Sendable (LifecycleEvent) -> Void) {
    observers.withLock { $0[domain] = observe }
  }

  func remove(_ domain: String) {
    observers.withLock { $0[domain] = nil }
  }

  func deliver(_ event: LifecycleEvent) {
    observers.withLock { $0[event.domain] }?(event)
  }
}
