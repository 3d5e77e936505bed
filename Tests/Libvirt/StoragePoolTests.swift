import Libvirt
import Testing

@Suite("storage pool")
struct StoragePoolTests {
  @Test("holds files that have a path, and is gone with them")
  func life() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    let pool = try connection.makeStoragePool("faultline-pool", at: "/var/tmp/faultline-pool")
    #expect(try connection.storagePoolNames().contains("faultline-pool"))
    let path = try pool.makeEmptyVolume("disk0", byteCount: 1 << 20)
    #expect(path == "/var/tmp/faultline-pool/disk0")
    #expect(throws: LibvirtError.self) { _ = try pool.makeEmptyVolume("disk0", byteCount: 1) }
    try pool.removeVolume("disk0")
    #expect(throws: LibvirtError.self) { try pool.removeVolume("disk0") }
    _ = try pool.makeEmptyVolume("disk1", byteCount: 1 << 20)
    try connection.storagePool(named: "faultline-pool").remove()
    #expect(try !connection.storagePoolNames().contains("faultline-pool"))
  }
}
