internal import Foundation
internal import Glibc
internal import Libvirt

/// A libvirt that guests are started on: the embedded driver, or a connection to any other.
///
/// Its calls run on a thread of its own, since libvirt's block. Everything it made is gone after `close()`.
package actor Hypervisor {
  nonisolated let executor: LibvirtExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// The URI in use.
  package nonisolated let uri: String
  /// nil: the embedded driver.
  private nonisolated let address: HypervisorAddress?
  private nonisolated let accelerator: Accelerator
  private nonisolated let directory: RunDirectory
  nonisolated let routes = RouteTable()
  private var connection: Connection?
  private var remoteFiles: RemoteFiles?
  private var account: EmbeddedDriver.Account?

  /// Opens a hypervisor and begins to sweep what killed processes left behind.
  ///
  /// - Parameters:
  ///   - uri: any libvirt URI; nil for the embedded driver. A process has one embedded driver at a time.
  ///   - accelerator: what its guests will run on; it decides what the embedded driver may see of the host.
  /// - Returns: the hypervisor, connected.
  /// - Throws: `MachineError.noEmulator`, `.noConnection`, `.noFile`, `.fewFiles`, and `CancellationError`.
  package static func open(
    _ uri: String? = nil, accelerator: Accelerator
  ) async throws -> Hypervisor {
    let files = OpenFiles.raise()
    guard files >= OpenFiles.needed else { throw MachineError.fewFiles(limit: files) }
    RunDirectory.sweep()
    let hypervisor = Hypervisor(uri, accelerator: accelerator, directory: try RunDirectory())
    let patience = uri == nil ? Patience.embedded : Patience.daemon
    do {
      if try await answer(within: patience, of: { try await hypervisor.connect() }) != nil {
        return hypervisor
      }
    } catch is CancellationError {
      hypervisor.directory.remove()
      throw CancellationError()
    }
    hypervisor.directory.remove()
    throw MachineError.noConnection(
      uri: hypervisor.uri, cause: "it has not answered for \(patience.components.seconds) s")
  }

  /// How long a libvirt may take to open: the embedded driver starts QEMU to ask it what it can do.
  private enum Patience {
    static let embedded = Duration.seconds(180)
    static let daemon = Duration.seconds(30)
  }

  private init(_ uri: String?, accelerator: Accelerator, directory: RunDirectory) {
    address = uri.map(HypervisorAddress.init)
    self.directory = directory
    self.accelerator = accelerator
    self.uri = uri ?? "qemu:///embed?root=" + directory.path
    executor = LibvirtExecutor()
    executor.start(name: "libvirt")
  }

  private func connect() throws {
    do {
      if address == nil { try openEmbedded() } else { try openConnection() }
    } catch {
      connection = nil
      directory.remove()
      throw error
    }
  }

  private func openEmbedded() throws {
    guard Self.emulator() != nil else { throw MachineError.noEmulator }
    account = try EmbeddedDriver(directory: directory, accelerator: accelerator).prepare()
    try openConnection()
    try explain {
      // libvirt probes now, and not while orphans are adopted: see HostProcess.
      _ = try self.withConnection {
        try $0.domainCapabilities(
          architecture: "x86_64", machine: "q35",
          virtualization: accelerator == .kvm ? "kvm" : "qemu")
      }
    }
  }

  private func openConnection() throws {
    try explain {
      let connection = try Connection(to: uri)
      try connection.onLifecycle { [routes] in routes.deliver($0) }
      self.connection = consume connection
    }
  }

  nonisolated var isEmbedded: Bool { address == nil }

  /// Where libvirt writes the process id of a domain's QEMU; nil when QEMU is not this process' child.
  nonisolated func pidFile(of domain: String) -> String? {
    isEmbedded ? "\(directory.path)/run/qemu/\(domain).pid" : nil
  }

  /// Forgets a guest that has ended, and removes what it alone had unless others go on from its state.
  func forget(_ spec: GuestSpec, keepingFiles: Bool = false) {
    routes.remove(spec.domainName)
    guard !keepingFiles else { return }
    directory.removeDirectory("guests/" + spec.name)
    remoteFiles?.discard(spec)
  }

  /// Removes a guest's state; nothing can go on from it any more.
  package func discard(_ saved: SavedGuest) {
    forget(saved.spec)
  }

  /// Whether guests can be saved: not with a daemon, where they would outlive a killed orchestrator, since a restored
  /// one does not end with the connection, and the state would lie on another host.
  package nonisolated var savesGuests: Bool { isEmbedded }

  /// Where a guest's memory goes when it is saved, and its disks with their copies; nil where guests cannot be saved.
  func savedFiles(of spec: GuestSpec) -> (image: String, disks: [(path: String, copy: String)])? {
    guard savesGuests else { return nil }
    let folder = "\(directory.path)/guests/\(spec.name)"
    let disks = spec.disks.indices.map { ("\(folder)/disk\($0)", "\(folder)/disk\($0).saved") }
    return ("\(folder)/state", disks)
  }

  /// Who shall own what QEMU writes to; nil for this user.
  var diskOwner: (user: uid_t, group: gid_t)? { account.map { ($0.user, $0.group) } }

  /// Where somebody else of this user may ask for the guests that are kept; nothing listens there by itself.
  package nonisolated var controlSocket: String { directory.path + "/" + RunDirectory.control }

  /// Where a guest's QEMU waits for a gdb; nil when it does not.
  package nonisolated func debuggerSocket(for spec: GuestSpec) -> String? {
    spec.hasDebugger && isEmbedded ? "\(directory.path)/gdb/\(spec.name)" : nil
  }

  /// A place in which QEMU may make its socket, and nobody else: who connects to it owns the guest.
  private func makeDebuggerRoom() throws {
    try directory.makeDirectory("gdb", permissions: 0o700)
    let path = directory.path + "/gdb"
    if let owner = diskOwner, chown(path, owner.user, owner.group) != 0 {
      throw RunDirectory.failure(path)
    }
  }

  /// Puts a guest's files where its QEMU finds them.
  func place(_ spec: GuestSpec) throws -> DomainXML.Files {
    if isRemote { return try placeRemotely(spec) }
    var files = try BootFiles(directory: directory, mayLink: isEmbedded, owner: diskOwner)
      .place(spec)
    if isEmbedded { files.channelSocket = "\(directory.path)/guests/\(spec.name)/records" }
    files.debuggerSocket = debuggerSocket(for: spec)
    if files.debuggerSocket != nil { try makeDebuggerRoom() }
    return files
  }

  private nonisolated var isRemote: Bool { address.map { !$0.isLocal } ?? false }

  private func placeRemotely(_ spec: GuestSpec) throws -> DomainXML.Files {
    do {
      if remoteFiles == nil { remoteFiles = try withConnection { try RemoteFiles(on: $0) } }
      guard let files = try remoteFiles?.place(spec) else {
        throw MachineError.noConnection(uri: uri, cause: "it is closed")
      }
      return files
    } catch let error as LibvirtError {
      throw MachineError.notStarted(guest: spec.name, cause: error.message)
    }
  }

  /// Lends out the connection.
  ///
  /// - Throws: `MachineError.noConnection` after `close()`.
  func withConnection<Value: ~Copyable>(
    _ body: (borrowing Connection) throws -> Value
  ) throws -> Value {
    switch connection {
    case .some(let connection): return try body(connection)
    case .none: throw MachineError.noConnection(uri: uri, cause: "it is closed")
    }
  }

  /// Ends every guest and removes everything that was made; a second call does nothing.
  package func close() {
    // First the processes and their files: libvirt would wait a while for each QEMU to end.
    directory.remove()
    // What cannot be removed now is removed by the next connection from this host.
    try? remoteFiles?.remove()  // see above
    remoteFiles = nil
    connection = nil
    RunDirectory.clearRemains()
  }

  private func explain(_ work: () throws -> Void) throws {
    do {
      try work()
    } catch let error as LibvirtError {
      throw MachineError.noConnection(uri: uri, cause: error.message)
    }
  }

  /// The first `qemu-system-x86_64` in `PATH`; nil when there is none.
  package static func emulator() -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").lazy.map { "\($0)/qemu-system-x86_64" }
      .first { access($0, X_OK) == 0 }
  }
}
