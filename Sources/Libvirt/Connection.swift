internal import CLibvirt
internal import Glibc

/// A connection to a hypervisor, closed when the value goes away.
///
/// Its calls block; they belong on a `LibvirtExecutor`.
package struct Connection: ~Copyable, Sendable {
  // libvirt locks its handles itself: any thread may use one at any time.
  private nonisolated(unsafe) let pointer: OpaquePointer

  /// Opens a connection and starts the event loop if it does not run yet (`virConnectOpen`).
  ///
  /// - Parameter uri: for example `qemu:///session`, or `test:///default` for libvirt's built-in fake.
  /// - Throws: when there is no such driver, or nobody answers.
  package init(to uri: String) throws(LibvirtError) {
    try EventLoop.start()
    guard let pointer = virConnectOpen(uri) else { throw .last() }
    // A daemon that says nothing for half a minute fails the calls that wait for it. The embedded driver has no such
    // thing, and says so; a very old daemon has not, and its calls may wait for ever.
    _ = virConnectSetKeepAlive(pointer, Self.keepalive.seconds, Self.keepalive.count)
    self.pointer = pointer
  }

  /// Every so many seconds a sign of life is asked for, and so many may be missed.
  private static let keepalive: (seconds: CInt, count: UInt32) = (5, 5)

  deinit { virConnectClose(pointer) }

  /// The driver's name, such as `QEMU` or `Test` (`virConnectGetType`).
  package func driver() throws(LibvirtError) -> String {
    guard let name = virConnectGetType(pointer) else { throw .last() }
    return String(cString: name)
  }

  /// The URI in use, with what the library filled in (`virConnectGetURI`).
  package func uri() throws(LibvirtError) -> String {
    guard let text = virConnectGetURI(pointer) else { throw .last() }
    return Self.taking(text)
  }

  /// The name of the machine at the other end (`virConnectGetHostname`).
  package func hostname() throws(LibvirtError) -> String {
    guard let text = virConnectGetHostname(pointer) else { throw .last() }
    return Self.taking(text)
  }

  /// The hypervisor's version, such as 7.2.22 (`virConnectGetVersion`).
  package func hypervisorVersion() throws(LibvirtError) -> String {
    var version: UInt = 0
    try LibvirtError.check(virConnectGetVersion(pointer, &version))
    return "\(version / 1_000_000).\(version / 1_000 % 1_000).\(version % 1_000)"
  }

  /// libvirt's own version at the other end, such as 9.0.0 (`virConnectGetLibVersion`).
  package func libraryVersion() throws(LibvirtError) -> String {
    var version: UInt = 0
    try LibvirtError.check(virConnectGetLibVersion(pointer, &version))
    return "\(version / 1_000_000).\(version / 1_000 % 1_000).\(version % 1_000)"
  }

  /// What domains of this kind can have, as XML; it makes libvirt probe QEMU unless it did before
  /// (`virConnectGetDomainCapabilities`).
  ///
  /// - Throws: when the driver has no emulator for the architecture, machine and virtualization.
  package func domainCapabilities(
    architecture: String, machine: String, virtualization: String
  ) throws(LibvirtError) -> String {
    guard
      let text = virConnectGetDomainCapabilities(
        pointer, nil, architecture, machine, virtualization, 0)
    else { throw .last() }
    return Self.taking(text)
  }

  /// Calls `observe` on the event loop's thread for each event of any domain, until the connection is closed
  /// (`virConnectDomainEventRegisterAny`).
  package func onLifecycle(
    _ observe: @escaping @Sendable (LifecycleEvent) -> Void
  ) throws(LibvirtError) {
    try LifecycleObserver(observe).register(with: pointer)
  }

  /// Makes a transient domain (`virDomainCreateXML`).
  ///
  /// - Parameters:
  ///   - xml: the domain's description.
  ///   - isPaused: whether it waits for `resume()` before its first instruction.
  ///   - endsWithConnection: whether libvirt destroys it when the connection ends, however that happens; the
  ///     embedded driver refuses that.
  /// - Returns: the domain, started.
  /// - Throws: with QEMU's own words when QEMU refuses.
  package func makeDomain(
    _ xml: String, isPaused: Bool, endsWithConnection: Bool
  ) throws(LibvirtError) -> Domain {
    var flags: UInt32 = 0
    if isPaused { flags |= VIR_DOMAIN_START_PAUSED.rawValue }
    if endsWithConnection { flags |= VIR_DOMAIN_START_AUTODESTROY.rawValue }
    guard let domain = virDomainCreateXML(pointer, xml, flags) else { throw .last() }
    return Domain(adopting: domain)
  }

  /// Makes a domain of what `Domain.save` wrote, paused, under the name it had (`virDomainRestoreFlags`).
  ///
  /// It does not end with the connection, whatever it did before.
  package func restoreDomain(from path: String) throws(LibvirtError) {
    try LibvirtError.check(
      virDomainRestoreFlags(pointer, path, nil, VIR_DOMAIN_SAVE_PAUSED.rawValue))
  }

  /// Finds a running domain (`virDomainLookupByName`).
  package func domain(named name: String) throws(LibvirtError) -> Domain {
    guard let domain = virDomainLookupByName(pointer, name) else { throw .last() }
    return Domain(adopting: domain)
  }

  func withRawValue<Value: ~Copyable, Failure: Error>(
    _ body: (OpaquePointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(pointer)
  }

  private static func taking(_ text: UnsafeMutablePointer<CChar>) -> String {
    defer { free(text) }
    return String(cString: text)
  }
}
