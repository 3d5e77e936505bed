import GuestKit
import GuestProtocol
import LinuxMM

/// The scratch disk that init mounts; nowhere else is swapped to a file, least of all on a host.
enum Disk {
  static let directory = "/mnt/disk"

  /// The type of the file system on it; nil when there is none.
  static func type() -> String? {
    guard let mounts = try? TextFile.read("/proc/mounts") else { return nil }  // nothing known
    for line in mounts.utf8.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count >= 3, fields[1].elementsEqual(directory.utf8) else { continue }
      return String(decoding: fields[2], as: UTF8.self)
    }
    return nil
  }

  static func has(_ wanted: String) -> Bool { type().map { isSame($0, wanted) } ?? false }
}

extension Requirement {
  /// The guest has a scratch disk, whatever file system is on it, and can swap to it.
  static let disk = Requirement("disk") {
    if let lacking = swapAreas.lacking() { return lacking }
    guard Disk.type() == nil else { return nil }
    return Lacking(
      .resource, "no file system at /mnt/disk; scratch: none, or the kernel cannot mount it")
  }

  /// The scratch disk has this file system, and the guest can swap to it.
  static func disk(_ type: String) -> Requirement {
    Requirement("disk-" + type) {
      if let lacking = swapAreas.lacking() { return lacking }
      if Disk.has(type) { return nil }
      let other = isSame(type, "ext4") ? "default" : "swapfile-" + type
      return Lacking(
        .resource, "no " + type + " at /mnt/disk; the machine " + other + " has one there")
    }
  }
}

/// A swap file of the case's own on the scratch disk; `remove` whatever happens.
final class SwapFile {
  let path: String
  /// Pages, the header included.
  let pages: UInt64

  /// Makes a file without holes, with a header; it is not swapped to yet.
  convenience init(_ trial: Trial, pages: UInt64 = 4096, _ name: String = "a") throws(CaseEnd) {
    self.init(name, pages: pages)
    do throws(Errno) {
      let file = try create()
      try SwapFile.write(zerosUpTo: pages * Memory.pageSize, to: file)
      try file.write(SwapHeader(pages: pages).bytes, at: 0)
      try file.sync()
    } catch {
      remove()
      throw .error("making a swap file of \(pages) pages failed with \(error)")
    }
  }

  /// A file that is still to be made.
  init(_ name: String, pages: UInt64) {
    // Of this case alone: what a kernel does not let go of is not the next case's trouble.
    path = Disk.directory + "/swap-\(System.processID)-" + name
    self.pages = pages
  }

  /// Makes the file, empty; on btrfs one that is written in place.
  func create() throws(Errno) -> Descriptor {
    let file = try Descriptor(opening: path, for: .create)
    if Disk.has("btrfs") { try file.writeInPlace() }
    return file
  }

  /// Fills the file from its start: a hole is what no swap file may have.
  static func write(zerosUpTo length: UInt64, to file: borrowing Descriptor) throws(Errno) {
    let chunk: UInt64 = 512 << 10
    var offset: UInt64 = 0
    while offset < length {
      let count = min(chunk, length - offset)
      try file.write([UInt8](repeating: 0, count: Int(count)), at: offset)
      offset += count
    }
  }

  /// Swaps to the file.
  func turnOn(_ trial: Trial, priority: Int32 = 32767) throws(CaseEnd) {
    try trial.expectSuccess(of: "swapon", try SwapTable.turnOn(path, priority: priority))
  }

  /// Swaps to the file, and sees to it that what goes out next goes there: see `ownSwapArea`.
  func takeOver(_ trial: Trial) throws(CaseEnd) {
    try turnOn(trial)
    let filler = try Backing.anon.map(trial, pages: 2048)
    for chunk in 0..<8 {
      let some = (256 * chunk)..<(256 * (chunk + 1))
      filler.fill(some)
      try trial.pageOut(filler, some)
      guard try used(trial) == 0 else { break }
    }
    try trial.prove(try used(trial) > 0, otherwise: "2048 pages went to another swap area")
    try trial.attempt("MADV_DONTNEED", try filler.range.advise(.dontNeed))
  }

  /// Brings back what is out and ends the use of the file.
  func turnOff(_ trial: Trial) throws(CaseEnd) {
    try trial.expectSuccess(of: "swapoff", try SwapTable.turnOff(path))
  }

  /// KiB in use; 0 when the file is not swapped to.
  func used(_ trial: Trial) throws(CaseEnd) -> UInt64 {
    try entry(trial)?.used ?? 0
  }

  func entry(_ trial: Trial) throws(CaseEnd) -> SwapTable.Entry? {
    do throws(Errno) { return try SwapTable.entry(of: path) } catch {
      throw .error("reading /proc/swaps failed with \(error)")
    }
  }

  /// Fails unless the kernel has let go of the file: it can be written, cut and deleted.
  func expectFree(_ trial: Trial, _ when: String) throws(CaseEnd) {
    let file = try trial.expectSuccess(
      of: "opening the swap file " + when, try Descriptor(opening: path, for: .readWrite))
    try trial.expectSuccess(
      of: "writing the swap file " + when, try file.write([1, 2, 3, 4], at: 8192))
    try trial.expectSuccess(
      of: "cutting the swap file " + when, try file.resize(to: Memory.pageSize))
    try trial.expectSuccess(of: "deleting the swap file " + when, try TextFile.remove(path))
  }

  /// Leaves nothing behind.
  func remove() {
    _ = try? SwapTable.turnOff(path)  // it is off already, or never was on
    _ = try? TextFile.remove(path)  // it is gone already
  }
}
