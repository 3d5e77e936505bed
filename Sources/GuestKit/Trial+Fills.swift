public import LinuxMM

// Checks on what the ioctls that fill pages answer, to the last word.
extension Tracker {
  /// Calls an ioctl that fills pages and returns all it answered.
  @inline(never)
  public func fill(
    _ filling: Userfaultfd.Filling, _ range: AddressRange, from source: UInt64 = 0,
    rawMode: UInt64 = 0
  ) throws(CaseEnd) -> Userfaultfd.Filled {
    try call(filling.rawValue) { (uffd) throws(Errno) -> Userfaultfd.Filled in
      uffd.fill(filling, range, from: source, rawMode: rawMode)
    }
  }
}

extension Trial {
  /// Fails unless the call did all of its range and says so.
  @inline(never)
  public func expectFilled(
    _ seen: Userfaultfd.Filled, all length: UInt64, _ what: String
  ) throws(CaseEnd) {
    try expect(seen.error, equals: nil, what)
    try expect(seen.done, equals: Int64(length), "bytes that \(what) says it did")
  }

  /// Fails unless the call did so many bytes and then met something: `EAGAIN`.
  @inline(never)
  public func expectFilled(
    _ seen: Userfaultfd.Filled, part bytes: UInt64, _ what: String
  ) throws(CaseEnd) {
    try expect(seen.error, equals: .again, what)
    try expect(seen.done, equals: Int64(bytes), "bytes that \(what) says it did")
  }

  /// Fails unless the call did nothing; `isWritten` says whether the answer's last word is the errno, too, or
  /// was left alone, as it is where the arguments are wrong by themselves.
  @inline(never)
  public func expectRefused(
    _ seen: Userfaultfd.Filled, _ errno: Errno, isWritten: Bool = true, _ what: String
  ) throws(CaseEnd) {
    try expect(seen.error, equals: errno, what)
    let word = isWritten ? -Int64(errno.number) : Userfaultfd.untouched
    try expect(seen.done, equals: word, "the answer of " + what)
  }
}
