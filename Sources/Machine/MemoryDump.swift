internal import Foundation
internal import Glibc

/// What a guest's memory dump holds: an ELF core as QEMU writes it, one segment for each range of physical memory.
package struct MemoryDump: Sendable, Equatable {
  /// The file's size in bytes.
  package let byteCount: Int
  /// The kernel's own description of itself for debuggers, lines `KEY=VALUE`; nil when it keeps none
  /// (`CONFIG_VMCORE_INFO`, `CONFIG_CRASH_CORE` before 6.9).
  package let kernelInfo: String?

  /// Something about a dump or its place that keeps it from being made.
  struct Failure: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// How much beside memory a dump holds at most, in MiB: headers, registers, and the kernel's description twice.
  private static let overhead = 8

  /// Adds what debuggers want to a dump that QEMU has written.
  ///
  /// A kernel keeps a note about itself, `VMCOREINFO`, on a page of its own. QEMU copies it only when a driver in the
  /// guest says where it is, and few kernels have that driver; so it is looked for. The dump's notes are written once
  /// more behind everything else, with that one, and their program header is turned there.
  ///
  /// - Throws: `Failure` when the file is no such core, or cannot be written.
  init(completing path: String) throws {
    let url = URL(fileURLWithPath: path)
    let core = try CoreFile(Data(contentsOf: url, options: .alwaysMapped))
    if let info = core.kernelInfo {
      (byteCount, kernelInfo) = (core.data.count, info)
      return
    }
    guard let note = core.kernelNoteInMemory() else {
      (byteCount, kernelInfo) = (core.data.count, nil)
      return
    }
    let notes = core.notes + note
    // Notes are made of words.
    let end = (core.data.count + 7) / 8 * 8
    let file = try FileHandle(forWritingTo: url)
    defer { try? file.close() }  // every write has been checked
    try file.seek(toOffset: UInt64(end))
    try file.write(contentsOf: notes)
    // p_offset, p_filesz and p_memsz.
    for (field, value) in [(8, end), (32, notes.count), (40, notes.count)] {
      try file.seek(toOffset: UInt64(core.notesHeader + field))
      try file.write(contentsOf: CoreFile.bytes(UInt64(value)))
    }
    byteCount = end + notes.count
    kernelInfo = CoreFile.text(of: note)
  }

  /// Fails when there is no room for a dump of so much memory.
  static func makeRoom(for mebibytes: Int, at path: String) throws(Failure) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if access(path, F_OK) == 0 { throw Failure("\(path) is there already") }
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      throw Failure("\(folder): \(String(cString: strerror(errno)))")
    }
    let free = Int(status.f_bavail) * Int(status.f_frsize) / (1 << 20)
    guard free >= mebibytes + overhead else {
      throw Failure(
        "the dump takes \(mebibytes + overhead) MiB, and \(folder) has \(free) MiB left; "
          + "--out names another place")
    }
  }

  /// Makes the file, for this user alone.
  static func create(_ path: String) throws(Failure) {
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    close(file)
  }

  /// Gives a finished file its name, unless something else got that meanwhile.
  static func publish(_ partial: String, as path: String) throws(Failure) {
    guard link(partial, path) == 0 else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    unlink(partial)
  }
}
