internal import CLibvirt
internal import Glibc

/// A directory of the hypervisor's host that is filled through libvirt.
///
/// The handle is freed with the value.
///
/// Its calls block; they belong on a `LibvirtExecutor`.
package struct StoragePool: ~Copyable, Sendable {
  // libvirt locks its handles itself: any thread may use one at any time.
  private nonisolated(unsafe) let pointer: OpaquePointer
  // As above; the pool's own reference keeps the connection open.
  private nonisolated(unsafe) let connection: OpaquePointer

  fileprivate init(adopting pointer: OpaquePointer, of connection: OpaquePointer) {
    self.pointer = pointer
    self.connection = connection
  }

  deinit { virStoragePoolFree(pointer) }

  /// Makes a file with these contents (`virStorageVolCreateXML`, `virStorageVolUpload`).
  ///
  /// - Parameters:
  ///   - name: of the file; letters, digits, `.`, `_`, `-`.
  ///   - bytes: its contents.
  /// - Returns: its path on the hypervisor's host.
  /// - Throws: when the name is taken or the host has no room.
  package func makeVolume(_ name: String, holding bytes: [UInt8]) throws(LibvirtError) -> String {
    let volume = try makeVolume(name, byteCount: bytes.count)
    defer { virStorageVolFree(volume) }
    try upload(bytes, to: volume)
    return try Self.path(of: volume)
  }

  /// Makes a file that holds some parts and is a hole elsewhere (`virStorageVolUpload` for each part).
  ///
  /// - Parameters:
  ///   - name: of the file; letters, digits, `.`, `_`, `-`.
  ///   - byteCount: its size.
  ///   - parts: what is in it, and where.
  /// - Returns: its path on the hypervisor's host.
  /// - Throws: when the name is taken or the host has no room.
  package func makeVolume(
    _ name: String, byteCount: Int, holding parts: [(offset: Int, bytes: [UInt8])]
  ) throws(LibvirtError) -> String {
    let volume = try makeVolume(name, byteCount: byteCount)
    defer { virStorageVolFree(volume) }
    for part in parts { try upload(part.bytes, to: volume, at: part.offset) }
    return try Self.path(of: volume)
  }

  /// Makes a file that is one hole (`virStorageVolCreateXML`).
  ///
  /// - Parameters:
  ///   - name: of the file; letters, digits, `.`, `_`, `-`.
  ///   - byteCount: its size.
  /// - Returns: its path on the hypervisor's host.
  /// - Throws: when the name is taken.
  package func makeEmptyVolume(_ name: String, byteCount: Int) throws(LibvirtError) -> String {
    let volume = try makeVolume(name, byteCount: byteCount)
    defer { virStorageVolFree(volume) }
    return try Self.path(of: volume)
  }

  /// Deletes a file (`virStorageVolDelete`).
  package func removeVolume(_ name: String) throws(LibvirtError) {
    guard let volume = virStorageVolLookupByName(pointer, name) else { throw .last() }
    defer { virStorageVolFree(volume) }
    try LibvirtError.check(virStorageVolDelete(volume, 0))
  }

  /// Deletes every file, and then the directory.
  ///
  /// - Throws: the first failure; what could be deleted is gone.
  package func remove() throws(LibvirtError) {
    var volumes: UnsafeMutablePointer<OpaquePointer?>?
    let count = virStoragePoolListAllVolumes(pointer, &volumes, 0)
    var failure = count < 0 ? LibvirtError.last() : nil
    for index in 0..<max(0, Int(count)) {
      guard let volume = volumes?[index] else { continue }
      if virStorageVolDelete(volume, 0) < 0 { failure = failure ?? .last() }
      virStorageVolFree(volume)
    }
    free(volumes)
    for step in [virStoragePoolDestroy, { virStoragePoolDelete($0, 0) }, virStoragePoolUndefine]
    where step(pointer) < 0 {
      failure = failure ?? .last()
    }
    if let failure { throw failure }
  }

  private func makeVolume(_ name: String, byteCount: Int) throws(LibvirtError) -> OpaquePointer {
    let xml = """
      <volume>
        <name>\(name)</name>
        <capacity unit='bytes'>\(byteCount)</capacity>
        <allocation unit='bytes'>0</allocation>
        <target><format type='raw'/></target>
      </volume>
      """
    guard let volume = virStorageVolCreateXML(pointer, xml, 0) else { throw .last() }
    return volume
  }

  private func upload(
    _ bytes: [UInt8], to volume: OpaquePointer, at start: Int = 0
  ) throws(LibvirtError) {
    guard let stream = virStreamNew(connection, 0) else { throw .last() }
    defer { virStreamFree(stream) }
    try LibvirtError.check(
      virStorageVolUpload(volume, stream, UInt64(start), UInt64(bytes.count), 0))
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        // A packet of libvirt's protocol carries no more.
        let chunk = bytes[offset..<min(bytes.count, offset + 256 << 10)]
        return chunk.withMemoryRebound(to: CChar.self) {
          virStreamSend(stream, $0.baseAddress, $0.count)
        }
      }
      guard count > 0 else {
        let error = LibvirtError.last()
        virStreamAbort(stream)
        throw error
      }
      offset += Int(count)
    }
    try LibvirtError.check(virStreamFinish(stream))
  }

  private static func path(of volume: OpaquePointer) throws(LibvirtError) -> String {
    guard let path = virStorageVolGetPath(volume) else { throw .last() }
    defer { free(path) }
    return String(cString: path)
  }
}

extension Connection {
  /// Makes a directory of files on the hypervisor's host (`virStoragePoolDefineXML`).
  ///
  /// - Parameters:
  ///   - name: of the pool.
  ///   - path: of the directory, which must not exist.
  /// - Returns: the pool, empty.
  /// - Throws: when the name is taken or the directory cannot be made.
  package func makeStoragePool(_ name: String, at path: String) throws(LibvirtError) -> StoragePool
  {
    let xml = """
      <pool type='dir'><name>\(name)</name><target><path>\(path)</path>\
      <permissions><mode>0711</mode></permissions></target></pool>
      """
    return try withRawValue { (connection) throws(LibvirtError) in
      guard let pointer = virStoragePoolDefineXML(connection, xml, 0) else { throw .last() }
      let pool = StoragePool(adopting: pointer, of: connection)
      guard virStoragePoolBuild(pointer, 0) == 0, virStoragePoolCreate(pointer, 0) == 0 else {
        let error = LibvirtError.last()
        virStoragePoolUndefine(pointer)
        throw error
      }
      return pool
    }
  }

  /// Finds a pool (`virStoragePoolLookupByName`).
  package func storagePool(named name: String) throws(LibvirtError) -> StoragePool {
    try withRawValue { (connection) throws(LibvirtError) in
      guard let pointer = virStoragePoolLookupByName(connection, name) else { throw .last() }
      return StoragePool(adopting: pointer, of: connection)
    }
  }

  /// The names of all pools (`virConnectListAllStoragePools`).
  package func storagePoolNames() throws(LibvirtError) -> [String] {
    try withRawValue { (connection) throws(LibvirtError) in
      var pools: UnsafeMutablePointer<OpaquePointer?>?
      let count = virConnectListAllStoragePools(connection, &pools, 0)
      guard count >= 0 else { throw .last() }
      defer { free(pools) }
      return (0..<Int(count)).compactMap { index in
        guard let pool = pools?[index] else { return nil }
        defer { virStoragePoolFree(pool) }
        return virStoragePoolGetName(pool).map { String(cString: $0) }
      }
    }
  }
}
