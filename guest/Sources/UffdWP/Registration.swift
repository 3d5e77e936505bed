public import GuestKit
internal import GuestProtocol
internal import LinuxMM

/// Bodies about `UFFDIO_REGISTER` that hold for every backing.
public enum Registration {
  /// The ioctls that a registration promises are those the backing and the modes can do, no more, no less.
  public static func ioctlsMask(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let offered = try trial.attempt("userfaultfd", try Userfaultfd.offered()).features
    trial.evidence("features", offered)
    for rawMode in [1, 2, 3, 4, 7] as [UInt64] {
      let modes = Userfaultfd.Modes(rawValue: rawMode)
      let tracker = try Tracker(trial, pageSize: pages.pageSize, policy: .observing)
      var seen = "nothing"
      do throws(Errno) {
        let range = pages.range
        seen = try register(tracker, range, modes).description
      } catch { seen = error.description }
      let expected = promised(backing, modes, offered)?.description ?? "EINVAL"
      try trial.expect(seen, equals: expected, "ioctls of mode \(rawMode) on \(backing.rawValue)")
      try tracker.close()
    }
  }

  /// Shared memory of a file that was opened for reading cannot be registered: a copy would write to the file.
  public static func readOnlyFile(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let length = 2 * backing.pageSize
    let file = try trial.attempt(
      "memfd", try Descriptor(memoryFileOfSize: length, huge: backing.isHugetlb))
    let path = "/proc/self/fd/\(file.borrowedNumber)"
    let reading = try trial.attempt("opening \(path)", try Descriptor(opening: path, for: .read))
    let range = try trial.attempt(
      "mapping it",
      try Mapping(
        file: reading, length: length, .shared, aligned: backing.pageSize, protection: .read
      ).relinquish())
    let tracker = try Tracker(trial, pageSize: backing.pageSize, policy: .observing)
    for modes in shareableModes {
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        try uffd.register(range, for: modes)
      }
      try trial.expect(
        error, equals: .notPermitted,
        "registering a file that may only be read, mode \(modes.rawValue)")
    }
    let flagged = try trial.attempt("reading smaps", try Smaps(range)).anyHas(flag: "um")
    try trial.expect(!flagged, expected: "no um in VmFlags after refusals", seen: "um")
    let own = try trial.attempt(
      "mapping it for writing",
      try Mapping(file: file, length: length, .shared, aligned: backing.pageSize).relinquish())
    try tracker.call("UFFDIO_REGISTER of a mapping that may be written") {
      (uffd) throws(Errno) -> Void in try uffd.register(own, for: .missing)
    }
  }

  /// A file that is sealed against writing is not registered through a mapping that came before or after.
  public static func sealedFile(_ trial: Trial, _ seal: Seal) throws(CaseEnd) {
    let length = 2 * Memory.pageSize
    let file = try trial.attempt(
      "memfd", try Descriptor(memoryFileOfSize: length, sealable: true))
    try trial.attempt("F_ADD_SEALS", try file.seal(seal.rawValue))
    let range: AddressRange
    do throws(Errno) {
      range = try Mapping(file: file, length: length, .shared, protection: .read).relinquish()
    } catch {
      try trial.skip(.feature, "a file sealed against writing cannot be mapped shared: \(error)")
    }
    let tracker = try Tracker(trial, policy: .observing)
    for modes in shareableModes {
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        try uffd.register(range, for: modes)
      }
      try trial.expect(
        error, equals: .notPermitted, "registering a sealed file, mode \(modes.rawValue)")
    }
    // A private mapping's pages are nobody else's: a copy changes no file.
    let own = try trial.attempt(
      "mapping it privately", try Mapping(file: file, length: length, .private).relinquish())
    let tracking = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(own, for: .missing)
    }
    try trial.expect(tracking, equals: nil, "registering a private mapping of a sealed file")
  }

  /// Modes that shared memory has on this kernel.
  private static var shareableModes: [Userfaultfd.Modes] {
    guard Requirement.writeProtectFiles.lacking() == nil else { return [.missing] }
    return [.missing, .writeProtect, [.missing, .writeProtect]]
  }

  /// `F_SEAL_*`.
  public enum Seal: Int, Sendable {
    case write = 8
    case futureWrite = 16
  }

  private static func register(
    _ tracker: Tracker, _ range: AddressRange, _ modes: Userfaultfd.Modes
  ) throws(Errno) -> Userfaultfd.Operations {
    var operations = Userfaultfd.Operations()
    var failure: Errno?
    do throws(CaseEnd) {
      failure = try tracker.errno { (uffd) throws(Errno) -> Void in
        operations = try uffd.register(range, for: modes)
      }
    } catch { throw .invalid }
    if let failure { throw failure }
    return operations
  }

  /// What a registration can do, computed from what the kernel says it has; nil for `EINVAL`.
  private static func promised(
    _ backing: Backing, _ modes: Userfaultfd.Modes, _ offered: Userfaultfd.Features
  ) -> Userfaultfd.Operations? {
    let isAnon = backing == .anon || backing == .thp
    if modes.contains(.writeProtect), !isAnon, !offered.contains(.writeProtectFiles) {
      return nil
    }
    let minor: Userfaultfd.Features = backing.isHugetlb ? .minorHugetlb : .minorShmem
    if modes.contains(.minor), isAnon || !offered.contains(minor) { return nil }

    var operations: Userfaultfd.Operations = [.wake, .copy]
    if !backing.isHugetlb { operations.insert(.zeroPage) }
    if !backing.isHugetlb, offered.contains(.move) { operations.insert(.move) }
    if offered.contains(.poison) { operations.insert(.poison) }
    if modes.contains(.writeProtect) { operations.insert(.writeProtect) }
    if modes.contains(.minor) { operations.insert(.continue) }
    return operations
  }
}
