internal import CLinuxMM

/// A userfaultfd descriptor, closed when the value goes away.
///
/// Calls take the errno of the kernel as their error: `ENOENT` for a range that is not registered, `EINVAL`
/// for misaligned ranges and unknown modes, `EEXIST` where a page is already there, `EAGAIN` while a
/// non-cooperative event is unread.
public struct Userfaultfd: ~Copyable, Sendable {
  let file: Descriptor
  /// The answer to the handshake; zeros before it.
  public let granted: Handshake

  /// What `UFFDIO_API` answered.
  public struct Handshake: Equatable, Sendable {
    public let features: Features
    public let operations: UInt64
  }

  /// Opens a descriptor and shakes hands; `userfaultfd(2)` and `UFFDIO_API`.
  ///
  /// `EPERM` without the privilege, `EINVAL` for a feature or flag that this kernel lacks.
  public init(features: Features = [], userModeOnly: Bool = false, blocking: Bool = false)
    throws(Errno)
  {
    let flags = Userfaultfd.flags(userModeOnly: userModeOnly, blocking: blocking)
    let opened = try Userfaultfd.openRaw(flags: flags)
    let answer = try Userfaultfd.handshake(opened, features: features)
    file = opened
    granted = answer
  }

  /// Takes over a descriptor that is past its handshake, as a fork event delivers it.
  public init(adopting number: Int32) {
    file = Descriptor(adopting: number)
    granted = Handshake(features: [], operations: 0)
  }

  /// Opens a descriptor without handshake, for tests of the handshake itself.
  public static func openRaw(flags: Int32) throws(Errno) -> Descriptor {
    Descriptor(adopting: try checked(lmm_userfaultfd(flags)))
  }

  /// Opens a descriptor through `/dev/userfaultfd`, which asks for the file's permissions instead (6.1).
  public static func openRaw(through device: borrowing Descriptor, flags: Int32) throws(Errno)
    -> Descriptor
  {
    let number = lmm_ioctl_value(
      device.rawValue, LMM_USERFAULTFD_IOC_NEW, UInt64(UInt32(bitPattern: flags)))
    return Descriptor(adopting: try checked(number))
  }

  /// Takes a descriptor that was opened raw and shakes hands.
  public init(_ descriptor: consuming Descriptor, features: Features = []) throws(Errno) {
    let answer = try Userfaultfd.handshake(descriptor, features: features)
    file = descriptor
    granted = answer
  }

  /// The flag word of `userfaultfd(2)`: always `O_CLOEXEC`.
  public static func flags(userModeOnly: Bool = false, blocking: Bool = false) -> Int32 {
    LMM_O_CLOEXEC | (blocking ? 0 : LMM_O_NONBLOCK)
      | (userModeOnly ? LMM_UFFD_USER_MODE_ONLY : 0)
  }

  /// `UFFDIO_API` on a raw descriptor.
  public static func handshake(
    _ descriptor: borrowing Descriptor, version: UInt64 = 0xAA, features: Features
  ) throws(Errno) -> Handshake {
    var api = lmm_uffdio_api(api: version, features: features.rawValue, ioctls: 0)
    try checked(lmm_ioctl(descriptor.rawValue, LMM_UFFDIO_API, &api))
    return Handshake(features: Features(rawValue: api.features), operations: api.ioctls)
  }

  /// What `UFFDIO_API` leaves in its argument when it fails: (api, features, ioctls) and the errno.
  public static func failedHandshake(
    _ descriptor: borrowing Descriptor, version: UInt64 = 0xAA, features: UInt64
  ) -> (error: Errno?, words: [UInt64]) {
    var api = lmm_uffdio_api(api: version, features: features, ioctls: 1)
    let failed = lmm_ioctl(descriptor.rawValue, LMM_UFFDIO_API, &api) < 0
    return (failed ? .current : nil, [api.api, api.features, api.ioctls])
  }

  /// Any ioctl number on a descriptor with a zeroed argument, for argument tests.
  public static func rawRequest(_ descriptor: borrowing Descriptor, number: UInt64) throws(Errno) {
    var words = [UInt64](repeating: 0, count: 8)
    try checked(lmm_ioctl(descriptor.rawValue, number, &words))
  }

  /// What the running kernel offers; an error when userfaultfd cannot be opened at all.
  public static func offered() throws(Errno) -> Handshake {
    let probe = try Userfaultfd()
    return probe.granted
  }

  /// Runs `body` with the raw descriptor.
  public borrowing func withDescriptor<T>(
    _ body: (borrowing Descriptor) throws(Errno) -> T
  ) throws(Errno) -> T {
    try body(file)
  }

  /// Registers a range for faults and returns what it can do; `UFFDIO_REGISTER`.
  @discardableResult
  public borrowing func register(_ range: AddressRange, for modes: Modes) throws(Errno)
    -> Operations
  {
    var argument = lmm_uffdio_register(
      range: lmm_uffdio_range(range), mode: modes.rawValue, ioctls: 0)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_REGISTER, &argument))
    return Operations(rawValue: argument.ioctls)
  }

  /// `UFFDIO_UNREGISTER`.
  public borrowing func unregister(_ range: AddressRange) throws(Errno) {
    var argument = lmm_uffdio_range(range)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_UNREGISTER, &argument))
  }

  /// Wakes the threads that wait on faults in the range; `UFFDIO_WAKE`.
  public borrowing func wake(_ range: AddressRange) throws(Errno) {
    var argument = lmm_uffdio_range(range)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_WAKE, &argument))
  }

  /// Write-protects the range; `UFFDIO_WRITEPROTECT` mode 1.
  public borrowing func writeProtect(_ range: AddressRange) throws(Errno) {
    try writeProtect(range, rawMode: LMM_UFFDIO_WRITEPROTECT_MODE_WP)
  }

  /// Lifts the protection and, unless told otherwise, wakes the waiting; mode 0.
  public borrowing func unprotect(_ range: AddressRange, wake: Bool = true) throws(Errno) {
    try writeProtect(range, rawMode: wake ? 0 : LMM_UFFDIO_WRITEPROTECT_MODE_DONTWAKE)
  }

  /// `UFFDIO_WRITEPROTECT` with any mode word.
  public borrowing func writeProtect(_ range: AddressRange, rawMode: UInt64) throws(Errno) {
    var argument = lmm_uffdio_writeprotect(range: lmm_uffdio_range(range), mode: rawMode)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_WRITEPROTECT, &argument))
  }

  /// Fills missing pages with a copy and returns the bytes copied; `UFFDIO_COPY`.
  @discardableResult
  public borrowing func copy(
    from source: UInt64, to range: AddressRange, writeProtected: Bool = false, wake: Bool = true
  ) throws(Errno) -> Int64 {
    let mode =
      (wake ? 0 : LMM_UFFDIO_COPY_MODE_DONTWAKE) | (writeProtected ? LMM_UFFDIO_COPY_MODE_WP : 0)
    var argument = lmm_uffdio_copy(
      dst: range.start, src: source, len: range.length, mode: mode, done: 0)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_COPY, &argument))
    return argument.done
  }

  /// Maps the zero page, but not on hugetlb; `UFFDIO_ZEROPAGE`.
  @discardableResult
  public borrowing func zeroPage(_ range: AddressRange, wake: Bool = true) throws(Errno) -> Int64 {
    let mode = wake ? 0 : LMM_UFFDIO_ZEROPAGE_MODE_DONTWAKE
    return try fill(LMM_UFFDIO_ZEROPAGE, range, mode)
  }

  /// Maps what the page cache already holds; `UFFDIO_CONTINUE` (5.13).
  @discardableResult
  public borrowing func `continue`(
    _ range: AddressRange, writeProtected: Bool = false, wake: Bool = true
  ) throws(Errno) -> Int64 {
    let mode =
      (wake ? 0 : LMM_UFFDIO_CONTINUE_MODE_DONTWAKE)
      | (writeProtected ? LMM_UFFDIO_CONTINUE_MODE_WP : 0)
    return try fill(LMM_UFFDIO_CONTINUE, range, mode)
  }

  /// Makes later accesses fail with SIGBUS; `UFFDIO_POISON` (6.6).
  @discardableResult
  public borrowing func poison(_ range: AddressRange) throws(Errno) -> Int64 {
    try fill(LMM_UFFDIO_POISON, range, 0)
  }

  /// Moves pages between two ranges of the address space; `UFFDIO_MOVE` (6.8).
  @discardableResult
  public borrowing func move(
    from source: UInt64, to range: AddressRange, allowHoles: Bool = false
  ) throws(Errno) -> Int64 {
    let mode = allowHoles ? LMM_UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES : 0
    var argument = lmm_uffdio_copy(
      dst: range.start, src: source, len: range.length, mode: mode, done: 0)
    try checked(lmm_ioctl(file.rawValue, LMM_UFFDIO_MOVE, &argument))
    return argument.done
  }

  private borrowing func fill(_ request: UInt64, _ range: AddressRange, _ mode: UInt64)
    throws(Errno) -> Int64
  {
    var argument = lmm_uffdio_fill(range: lmm_uffdio_range(range), mode: mode, done: 0)
    try checked(lmm_ioctl(file.rawValue, request, &argument))
    return argument.done
  }
}

extension lmm_uffdio_range {
  init(_ range: AddressRange) { self.init(start: range.start, len: range.length) }
}
