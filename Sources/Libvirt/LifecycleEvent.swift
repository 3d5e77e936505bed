internal import CLibvirt

/// Something that happened to a domain (`virDomainEventType`).
package struct LifecycleEvent: Equatable, Sendable {
  package enum Kind: Int, Sendable {
    case defined, undefined, started, suspended, resumed, stopped, shutdown, sleeping, crashed
  }

  /// The domain's name.
  package let domain: String
  package let kind: Kind
  /// What it means depends on the kind: for `stopped`, 5 is "QEMU failed"; for `shutdown`, 1 is "by the guest".
  package let detail: Int

  package init(domain: String, kind: Kind, detail: Int) {
    self.domain = domain
    self.kind = kind
    self.detail = detail
  }
}

/// The closure that libvirt holds for a connection's events.
final class LifecycleObserver: Sendable {
  let observe: @Sendable (LifecycleEvent) -> Void

  init(_ observe: @escaping @Sendable (LifecycleEvent) -> Void) {
    self.observe = observe
  }

  /// Registers with a connection, which releases the observer when it is closed.
  func register(with connection: OpaquePointer) throws(LibvirtError) {
    let opaque = Unmanaged.passRetained(self).toOpaque()
    let result = faultline_register_lifecycle(
      connection,
      { _, domain, kind, detail, opaque in
        guard let opaque, let domain, let name = virDomainGetName(domain),
          let kind = LifecycleEvent.Kind(rawValue: Int(kind))
        else { return 0 }
        let observer = Unmanaged<LifecycleObserver>.fromOpaque(opaque).takeUnretainedValue()
        observer.observe(
          LifecycleEvent(domain: String(cString: name), kind: kind, detail: Int(detail)))
        return 0
      }, opaque,
      { opaque in
        guard let opaque else { return }
        Unmanaged<LifecycleObserver>.fromOpaque(opaque).release()
      })
    guard result >= 0 else {
      let error = LibvirtError.last()
      Unmanaged<LifecycleObserver>.fromOpaque(opaque).release()
      throw error
    }
  }
}
