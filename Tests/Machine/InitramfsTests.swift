import Foundation
import GuestProtocol
import Subprocess
import SystemPackage
import Testing

@testable import Machine

@Suite("the initramfs")
struct InitramfsTests {
  private static let modules = [
    Initramfs.Module(name: "virtio_console", bytes: [1, 2, 3]),
    Initramfs.Module(name: "zram", bytes: [UInt8](repeating: 7, count: 4097), parameters: "n=1"),
  ]
  private static let initramfs = Initramfs(
    program: Array("program".utf8), modules: modules, profile: MachineProfile(name: "default"))

  @Test("holds init, the console, the set-up and the modules, in the order they are needed")
  func entries() throws {
    let entries = try ParsedEntry.all(in: Self.initramfs.archive())
    #expect(
      entries.map(\.name) == [
        "dev", "dev/console", "init", "faultline", "faultline/setup", "faultline/modules",
        "faultline/modules/virtio_console.ko", "faultline/modules/zram.ko",
      ])
    let modes: [UInt32] = [
      0o040755, 0o020600, 0o100755, 0o040755, 0o100644, 0o040755, 0o100644, 0o100644,
    ]
    #expect(entries.map(\.mode) == modes)
    #expect(entries[1].device == [5, 1])
    #expect(entries[2].content == Array("program".utf8))
    #expect(entries[7].content == Self.modules[1].bytes)
  }

  @Test("the set-up loads the modules before it does what the profile says")
  func setup() throws {
    let entries = try ParsedEntry.all(in: Self.initramfs.archive())
    let (setup, problems) = MachineSetup.parse(entries[4].content)
    #expect(problems.isEmpty)
    #expect(
      setup.directives == [
        .module(path: "/faultline/modules/virtio_console.ko", parameters: ""),
        .module(path: "/faultline/modules/zram.ko", parameters: "n=1"),
      ] + MachineProfile(name: "default").setupDirectives)
  }

  @Test("equal inputs give equal bytes, and no time is in them")
  func deterministic() throws {
    let archive = try Self.initramfs.archive()
    #expect(try Self.initramfs.archive() == archive)
    #expect(try ParsedEntry.all(in: archive).allSatisfy { $0.time == 0 })
  }

  @Test("a module whose name would break a line is refused")
  func badName() {
    let initramfs = Initramfs(
      program: [], modules: [Initramfs.Module(name: "a\nb", bytes: [])],
      profile: MachineProfile(name: "default"))
    #expect(throws: UnencodableDirective.self) { try initramfs.archive() }
  }

  /// cpio(1) is not among faultline's packages; where it is installed it has to agree.
  @Test(
    "cpio reads the archive",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/cpio")))
  func cpioAgrees() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }  // a left-over is the system's to clean
    try Data(Self.initramfs.archive()).write(to: file)
    let listing = try await Subprocess.run(
      .path("/usr/bin/cpio"), arguments: ["-t", "-F", .init(file.path)],
      output: .string(limit: 1 << 16), error: .discarded)
    #expect(listing.terminationStatus == .exited(0))
    let names = try ParsedEntry.all(in: Self.initramfs.archive()).map(\.name)
    #expect(listing.standardOutput.split(separator: "\n").map(String.init) == names)
  }
}

/// An entry as a reader of the format sees it, written from the format's description alone.
private struct ParsedEntry {
  let name: String
  let mode: UInt32
  let time: UInt32
  let device: [UInt32]
  let content: [UInt8]

  static func all(in archive: [UInt8]) throws -> [ParsedEntry] {
    var entries: [ParsedEntry] = []
    var position = 0
    while true {
      let magic = archive[position..<(position + 6)]
      try #require(Array(magic) == Array("070701".utf8))
      let fields = try (0..<13).map { field in
        let start = position + 6 + 8 * field
        let digits = String(decoding: archive[start..<(start + 8)], as: UTF8.self)
        return try #require(UInt32(digits, radix: 16))
      }
      let nameStart = position + 110
      let nameEnd = nameStart + Int(fields[11])
      try #require(archive[nameEnd - 1] == 0)
      let name = String(decoding: archive[nameStart..<(nameEnd - 1)], as: UTF8.self)
      let start = (nameEnd + 3) & ~3
      let end = start + Int(fields[6])
      position = (end + 3) & ~3
      if name == "TRAILER!!!" {
        try #require(position == archive.count)
        return entries
      }
      entries.append(
        ParsedEntry(
          name: name, mode: fields[1], time: fields[5], device: [fields[9], fields[10]],
          content: Array(archive[start..<end])))
    }
  }
}
