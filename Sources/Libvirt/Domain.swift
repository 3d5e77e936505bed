internal import CLibvirt
internal import Glibc

/// A domain: one virtual machine.
///
/// The handle is freed when the value goes away; the machine itself lives on.
package struct Domain: ~Copyable, Sendable {
  /// What a domain is doing (`virDomainState`).
  package enum State: Int, Sendable {
    case none, running, blocked, paused, shuttingDown, off, crashed, sleeping
  }

  // libvirt locks its handles itself: any thread may use one at any time.
  private nonisolated(unsafe) let pointer: OpaquePointer

  /// Takes over a handle that libvirt returned.
  init(adopting pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit { virDomainFree(pointer) }

  /// Its name (`virDomainGetName`).
  package var name: String {
    virDomainGetName(pointer).map { String(cString: $0) } ?? ""
  }

  /// What it is doing (`virDomainGetState`).
  ///
  /// - Throws: `isNoDomain` once a transient domain has ended.
  package func state() throws(LibvirtError) -> State {
    var state: CInt = 0
    try LibvirtError.check(virDomainGetState(pointer, &state, nil, 0))
    return State(rawValue: Int(state)) ?? .none
  }

  /// Lets its vCPUs run (`virDomainResume`).
  package func resume() throws(LibvirtError) {
    try LibvirtError.check(virDomainResume(pointer))
  }

  /// Stops its vCPUs (`virDomainSuspend`).
  package func suspend() throws(LibvirtError) {
    try LibvirtError.check(virDomainSuspend(pointer))
  }

  /// Ends it at once (`virDomainDestroy`).
  ///
  /// - Throws: `isNoDomain` or `isInvalidOperation` when it has ended already.
  package func destroy() throws(LibvirtError) {
    try LibvirtError.check(virDomainDestroy(pointer))
  }

  /// Writes its memory and devices to a file and ends it (`virDomainSave`).
  package func save(to path: String) throws(LibvirtError) {
    try LibvirtError.check(virDomainSave(pointer, path))
  }

  /// Sends a non-maskable interrupt: with `unknown_nmi_panic` a hung kernel panics with the backtrace of its vCPU
  /// (`virDomainInjectNMI`).
  package func injectNMI() throws(LibvirtError) {
    try LibvirtError.check(virDomainInjectNMI(pointer, 0))
  }

  /// Writes its memory and the registers of its vCPUs to an ELF file, and leaves it as it is
  /// (`virDomainCoreDumpWithFormat`).
  ///
  /// The file is as large as the memory, the user's own, and 0600.
  package func dumpMemory(to path: String) throws(LibvirtError) {
    try LibvirtError.check(
      virDomainCoreDumpWithFormat(
        pointer, path, UInt32(VIR_DOMAIN_CORE_DUMP_FORMAT_RAW.rawValue),
        UInt32(VIR_DUMP_MEMORY_ONLY.rawValue)))
  }

  /// Its description as it runs, with the paths that were chosen for it (`virDomainGetXMLDesc`).
  package func xml() throws(LibvirtError) -> String {
    guard let text = virDomainGetXMLDesc(pointer, 0) else { throw .last() }
    defer { free(text) }
    return String(cString: text)
  }

  /// Connects a stream to the first serial port, taking it over from whoever has it (`virDomainOpenConsole`).
  package func openConsole(_ stream: ByteStream) throws(LibvirtError) {
    try LibvirtError.check(
      virDomainOpenConsole(
        pointer, nil, stream.rawValue, UInt32(VIR_DOMAIN_CONSOLE_FORCE.rawValue)))
  }

  /// Connects a stream to a virtio-serial port, taking it over from whoever has it (`virDomainOpenChannel`).
  package func openChannel(_ name: String, _ stream: ByteStream) throws(LibvirtError) {
    try LibvirtError.check(
      virDomainOpenChannel(
        pointer, name, stream.rawValue, UInt32(VIR_DOMAIN_CHANNEL_FORCE.rawValue)))
  }
}
