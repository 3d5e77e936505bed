import Foundation
import TestSupport
import Testing

@testable import Machine

@Suite("the image of a file system")
struct FileSystemImageTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-test-\(UUID().uuidString)")

  private var cache: String { folder.appendingPathComponent("cache").path }

  /// A program in the place of mkfs.ext4 that writes `script`'s marks; answers the search path to find it by.
  private func tool(_ script: String) throws -> String {
    let tools = folder.appendingPathComponent("tools")
    try ShellProgram.make(tools.appendingPathComponent("mkfs.ext4"), script)
    return tools.path
  }

  private func image(_ searchPath: String?, mebibytes: Int = 16) -> FileSystemImage {
    FileSystemImage(
      ScratchDisk(.ext4, mebibytes: mebibytes), cache: cache, searchPath: searchPath)
  }

  private func remove() {
    // A leftover in the temporary folder is harmless.
    try? FileManager.default.removeItem(at: folder)  // see above
  }

  @Test("is made once, and its zeros take no room")
  func once() async throws {
    defer { remove() }
    let path = try tool(
      """
      for last; do :; done
      echo made >> "${0%/*}/log"
      printf magic | dd of="$last" bs=1 seek=1080 conv=notrunc 2>/dev/null
      dd if=/dev/zero of="$last" bs=1M seek=4 count=4 conv=notrunc 2>/dev/null
      """)
    let first = try await image(path).path()
    #expect(try await image(path).path() == first)
    let log = try String(contentsOfFile: path + "/log", encoding: .utf8)
    #expect(log == "made\n")
    let other = try await image(path, mebibytes: 17).path()
    #expect(other != first)
    var status = stat()
    #expect(stat(first, &status) == 0)
    #expect(status.st_size == 16 << 20)
    #expect(status.st_blocks * 512 < 1 << 20)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: first))
    #expect(bytes[1080..<1085].elementsEqual("magic".utf8))
    let names = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(names.count == 2, "\(names)")
  }

  @Test("without the program the package is named")
  func noProgram() async throws {
    defer { remove() }
    let error = await #expect(throws: MachineError.self) {
      try await image("/nowhere:/nowhere/else").path()
    }
    #expect(
      error?.description == """
        no ext4 of 16 MiB can be made for the guest
          try:     apt-get install e2fsprogs
          cause:   there is no mkfs.ext4 in PATH or /usr/sbin
        """)
  }

  @Test("a program that fails is quoted, and nothing stays")
  func failure() async throws {
    defer { remove() }
    let path = try tool("echo warming up >&2; echo no such option >&2; exit 3")
    let error = await #expect(throws: MachineError.self) { try await image(path).path() }
    #expect(error?.description.hasSuffix("ended with status 3: no such option") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).isEmpty)
  }

  @Test("the real programs make what they are asked for", arguments: FileSystem.allCases)
  func real(_ fileSystem: FileSystem) async throws {
    defer { remove() }
    let disk = ScratchDisk(fileSystem, mebibytes: fileSystem.leastMebibytes)
    let path = try await FileSystemImage(disk, cache: cache).path()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.count == disk.mebibytes << 20)
    let (offset, magic): (Int, [UInt8]) =
      switch fileSystem {
      case .ext4: (1080, [0x53, 0xef])
      case .xfs: (0, Array("XFSB".utf8))
      case .btrfs: (0x10040, Array("_BHRfS_M".utf8))
      }
    #expect(Array(bytes[offset..<(offset + magic.count)]) == magic)
    let copy = folder.appendingPathComponent("copy").path
    try SparseFile(path: path).copy(to: copy, permissions: 0o600)
    #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == bytes)
    #expect(throws: MachineError.self) {
      try SparseFile(path: path).copy(to: copy, permissions: 0o600)
    }
    let parts = try SparseFile(path: path).contents()
    #expect(parts.reduce(0) { $0 + $1.bytes.count } < 4 << 20)
    for part in parts {
      #expect(bytes[part.offset..<(part.offset + part.bytes.count)].elementsEqual(part.bytes))
    }
  }
}
