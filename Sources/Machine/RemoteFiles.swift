internal import Foundation
internal import Glibc
internal import Libvirt

/// What guests on another host boot from: files in a storage pool of this process, filled through libvirt.
///
/// The pool's name holds host, user and process, so that the next connection from here can remove what a killed process
/// left there.
struct RemoteFiles: ~Copyable {
  private let pool: StoragePool
  /// Where each local file went.
  private var uploaded: [String: String] = [:]
  private var kernelCount = 0

  /// Makes the pool and removes those of this host's dead processes.
  init(on connection: borrowing Connection) throws {
    Self.sweep(connection)
    let name = Self.prefix + "\(getpid())-" + String(UInt32.random(in: 0...UInt32.max), radix: 16)
    pool = try connection.makeStoragePool(name, at: "/var/tmp/" + name)
  }

  /// Uploads a guest's files.
  mutating func place(_ spec: GuestSpec) throws -> DomainXML.Files {
    var files = DomainXML.Files(
      kernel: try placeOnce(spec.kernel),
      initramfs: try pool.makeVolume(spec.name + "-initramfs", holding: spec.initramfs.read()))
    for (index, disk) in spec.disks.enumerated() {
      files.disks.append(try place(disk.content, as: "\(spec.name)-disk\(index)"))
    }
    return files
  }

  /// Removes what a guest that has ended alone had; the kernel stays for the next one.
  func discard(_ spec: GuestSpec) {
    let names = spec.disks.indices.map { "\(spec.name)-disk\($0)" }
    for name in names + [spec.name + "-initramfs"] {
      try? pool.removeVolume(name)  // what stays goes with the pool
    }
  }

  /// Removes everything from the other host.
  func remove() throws {
    try pool.remove()
  }

  /// Makes a disk; of an image only what it holds is uploaded.
  private func place(_ content: GuestSpec.Disk.Content, as name: String) throws -> String {
    switch content {
    case .empty(let mebibytes):
      return try pool.makeEmptyVolume(name, byteCount: mebibytes << 20)
    case .image(let image):
      let file = SparseFile(path: image)
      return try pool.makeVolume(name, byteCount: file.length(), holding: file.contents())
    }
  }

  /// Uploads a kernel, unless the same file was uploaded before.
  private mutating func placeOnce(_ kernel: GuestSpec.Source) throws -> String {
    if case .file(let path) = kernel, let volume = uploaded[path] { return volume }
    kernelCount += 1
    let volume = try pool.makeVolume("kernel-\(kernelCount)", holding: kernel.read())
    if case .file(let path) = kernel { uploaded[path] = volume }
    return volume
  }

  private static var prefix: String {
    let host = ProcessInfo.processInfo.hostName.filter { $0.isLetter || $0.isNumber }
    return "faultline-\(host)-\(geteuid())-"
  }

  /// Whether a pool belongs to a process of this host and user that is gone.
  static func isStale(_ name: String, prefix: String, isAlive: (pid_t) -> Bool) -> Bool {
    guard name.hasPrefix(prefix),
      let pid = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" })
    else { return false }
    return !isAlive(pid)
  }

  private static func sweep(_ connection: borrowing Connection) {
    // A hypervisor that does not list or remove them says so when a pool is made, too.
    guard let names = try? connection.storagePoolNames() else { return }  // see above
    for name in names where isStale(name, prefix: prefix, isAlive: { kill($0, 0) == 0 }) {
      try? connection.storagePool(named: name).remove()  // see above
    }
  }
}
