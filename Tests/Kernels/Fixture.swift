import Foundation

@testable import Kernels

/// Where the tests find the repository, and bytes made up for them.
enum Fixture {
  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// A bzImage of two setup sectors and one paragraph of kernel, which says it is `release`.
  static func bzImage(
    release: String = "6.12.1-test", version: UInt16 = 0x20f, loadFlags: UInt8 = 1,
    extendedFlags: UInt16 = 1
  ) -> Data {
    var bytes = [UInt8](repeating: 0, count: 3 * 512 + 16)
    func put(_ value: UInt64, _ count: Int, at offset: Int) {
      for index in 0..<count { bytes[offset + index] = UInt8(value >> (8 * index) & 0xff) }
    }
    put(2, 1, at: 0x1f1)
    put(1, 4, at: 0x1f4)
    put(0x5372_6448, 4, at: 0x202)
    put(UInt64(version), 2, at: 0x206)
    put(0x300, 2, at: 0x20e)
    put(UInt64(loadFlags), 1, at: 0x211)
    put(UInt64(extendedFlags), 2, at: 0x236)
    let text = Array("\(release) (builder@host) #1 SMP\0".utf8)
    bytes.replaceSubrange(0x500..<(0x500 + text.count), with: text)
    return Data(bytes)
  }

  /// An ELF file with one section, and one note when an owner is given.
  static func elf(
    section: String = ".modinfo", content: String = "", machine: UInt64 = 62,
    note: (owner: String, type: UInt64)? = nil
  ) -> Data {
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]
    func put(_ value: UInt64, _ count: Int) {
      for index in 0..<count { bytes.append(UInt8(value >> (8 * index) & 0xff)) }
    }
    let names = Array("\0\(section)\0.shstrtab\0".utf8)
    let body = Array(content.utf8)
    let noteBytes = note.map { noteRecord($0.owner, $0.type) } ?? []
    let noteStart = 64 + 56
    let bodyStart = noteStart + noteBytes.count
    let namesStart = bodyStart + body.count
    let table = namesStart + names.count
    put(0, 8)
    put(1, 2)
    put(machine, 2)
    put(1, 4)
    put(0, 8)
    put(64, 8)
    put(UInt64(table), 8)
    put(0, 4)
    for field in [64, 56, 1, 64, 3, 2] as [UInt64] { put(field, 2) }
    put(4, 4)
    put(0, 4)
    put(UInt64(noteStart), 8)
    put(0, 16)
    put(UInt64(noteBytes.count), 8)
    put(0, 16)
    bytes += noteBytes + body + names
    func header(_ name: UInt64, _ offset: Int, _ count: Int) {
      put(name, 4)
      put(1, 4)
      put(0, 16)
      put(UInt64(offset), 8)
      put(UInt64(count), 8)
      put(0, 24)
    }
    header(0, 0, 0)
    header(1, bodyStart, body.count)
    header(UInt64(section.utf8.count + 2), namesStart, names.count)
    return Data(bytes)
  }

  private static func noteRecord(_ owner: String, _ type: UInt64) -> [UInt8] {
    var name = Array(owner.utf8) + [0]
    let counts = [UInt64(name.count), 4, type]
    while name.count % 4 != 0 { name.append(0) }
    return counts.flatMap { value in (0..<4).map { UInt8(value >> (8 * $0) & 0xff) } }
      + name + [1, 2, 3, 4]
  }

  /// A kernel module that needs others.
  static func module(needs: [String] = [], release: String = "6.12.1-test") -> Data {
    let info = "license=GPL\0depends=\(needs.joined(separator: ","))\0vermagic=\(release) SMP\0"
    return elf(content: info)
  }
}

/// A folder that is removed when the test that asked for it ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      // Short: gpg-agent's socket below it may have 107 bytes.
      .appendingPathComponent("faultline-" + UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)  // a left-over in /tmp fails no test
  }

  /// Writes a file, making the folders it is in.
  @discardableResult
  func write(_ name: String, _ content: Data) throws -> String {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: url)
    return url.path
  }

  @discardableResult
  func write(_ name: String, _ content: String) throws -> String {
    try write(name, Data(content.utf8))
  }
}
