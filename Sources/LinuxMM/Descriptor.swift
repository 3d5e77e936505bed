internal import CLinuxMM

/// An open file descriptor, closed when the value goes away.
public struct Descriptor: ~Copyable, Sendable {
  private let number: Int32
  // A flag and not `discard self`, which Embedded Swift refuses in a type that is not frozen.
  private var isOwned = true

  /// Takes over a raw descriptor, which must be open and owned by nobody else.
  public init(adopting number: Int32) { self.number = number }

  deinit { if isOwned { lmm_close(number) } }

  /// Gives up the descriptor without closing it; returns the raw number.
  @discardableResult
  public consuming func relinquish() -> Int32 {
    isOwned = false
    return number
  }

  /// What a file is opened for.
  public enum Access: Sendable {
    case read, write, readWrite
    /// Read and write; the file is created or emptied.
    case create
    /// As `readWrite`, past the page cache (`O_DIRECT`).
    case direct

    var flags: Int32 {
      switch self {
      case .read: LMM_O_RDONLY
      case .write: LMM_O_WRONLY
      case .readWrite: LMM_O_RDWR
      case .create: LMM_O_RDWR | LMM_O_CREAT | LMM_O_TRUNC
      case .direct: LMM_O_RDWR | LMM_O_DIRECT
      }
    }
  }

  /// Opens a file; `open(2)` with `O_CLOEXEC`.
  public init(opening path: String, for access: Access) throws(Errno) {
    number = try checked(lmm_open(path, access.flags | LMM_O_CLOEXEC, 0o600))
  }

  /// Makes an anonymous memory file of `size` bytes; `memfd_create(2)`.
  public init(memoryFileOfSize size: UInt64, huge: Bool = false, sealable: Bool = false)
    throws(Errno)
  {
    var flags = LMM_MFD_CLOEXEC
    if huge { flags |= LMM_MFD_HUGETLB | LMM_MFD_HUGE_2MB }
    if sealable { flags |= LMM_MFD_ALLOW_SEALING }
    // Not `self = made` with a resized Descriptor: Swift 6.3.1 -Osize closes it on the way (EBADF).
    let made = try checked(lmm_memfd_create("faultline", flags))
    guard lmm_truncate(made, Int64(size)) == 0 else {
      let error = Errno.current
      lmm_close(made)
      throw error
    }
    number = made
  }

  /// Closes the descriptor now.
  public consuming func close() {}

  /// The raw number without ownership: for a report that may outlive nothing but its process.
  public var borrowedNumber: Int32 { number }

  /// Runs `body` with the raw number, which stays owned by this value.
  public borrowing func withRawValue<T>(_ body: (Int32) throws(Errno) -> T) throws(Errno) -> T {
    try body(number)
  }

  /// The raw number, for calls inside this module.
  var rawValue: Int32 { number }

  /// Another descriptor for the same open file; `F_DUPFD_CLOEXEC`.
  public borrowing func duplicate() throws(Errno) -> Descriptor {
    Descriptor(adopting: try checked(lmm_dup(number)))
  }

  /// Sets the file's size in bytes; `ftruncate(2)`.
  public borrowing func resize(to size: UInt64) throws(Errno) {
    try checked(lmm_truncate(number, Int64(size)))
  }

  /// Frees the file's blocks in the byte range, keeping its size; `fallocate(2)` `PUNCH_HOLE`.
  public borrowing func punchHole(at offset: UInt64, length: UInt64) throws(Errno) {
    let mode = LMM_FALLOC_PUNCH_HOLE | LMM_FALLOC_KEEP_SIZE
    try checked(lmm_fallocate(number, mode, Int64(offset), Int64(length)))
  }

  /// Bytes that the file's file system has free; `fstatvfs(3)`.
  public borrowing func freeSpace() throws(Errno) -> UInt64 {
    UInt64(try checked(lmm_free_space(number)))
  }

  /// The first offset at or after `offset` that holds data, or nil when there is none; `SEEK_DATA`.
  public borrowing func nextData(from offset: UInt64) throws(Errno) -> UInt64? {
    let found = lmm_seek(number, Int64(offset), LMM_SEEK_DATA)
    guard found < 0 else { return UInt64(found) }
    let error = Errno.current
    guard error == .noDeviceOrAddress else { throw error }
    return nil
  }

  /// The first hole at or after `offset`; the end of the file counts as one; `SEEK_HOLE`.
  public borrowing func nextHole(from offset: UInt64) throws(Errno) -> UInt64 {
    UInt64(try checked(lmm_seek(number, Int64(offset), LMM_SEEK_HOLE)))
  }

  /// Adds `F_SEAL_*` bits to a sealable memory file.
  public borrowing func seal(_ seals: Int) throws(Errno) {
    try checked(lmm_fcntl(number, 1033, seals))
  }

  /// Reads into mapped memory, so that the kernel itself touches the page; bytes read.
  public borrowing func read(into address: UInt64, length: Int) throws(Errno) -> Int {
    try checked(lmm_read_at(number, address, length))
  }

  /// Writes out of mapped memory; bytes written.
  @discardableResult
  public borrowing func write(from address: UInt64, length: Int) throws(Errno) -> Int {
    try checked(lmm_write_at(number, address, length))
  }

  /// Reads at most `limit` bytes from the current position; empty at the end.
  public borrowing func read(atMost limit: Int) throws(Errno) -> [UInt8] {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { (buffer, count) in
      do throws(Errno) { count = try read(into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads as much as there is and fits, from the current position; 0 at the end.
  borrowing func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(Errno) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    while true {
      let done = lmm_read(number, base, buffer.count)
      if done >= 0 || lmm_errno() != Errno.interrupted.number { return try checked(done) }
    }
  }

  /// Reads `count` bytes at `offset`, fewer at the end of the file.
  public borrowing func read(count: Int, at offset: UInt64) throws(Errno) -> [UInt8] {
    var done = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
      guard let base = buffer.baseAddress else { return }
      done = lmm_pread(number, base, count, Int64(offset))
      filled = max(done, 0)
    }
    try checked(done)
    return bytes
  }

  /// Writes all bytes at `offset`.
  public borrowing func write(_ bytes: [UInt8], at offset: UInt64) throws(Errno) {
    let done = bytes.withUnsafeBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_pwrite(number, base, buffer.count, Int64(offset))
    }
    guard try checked(done) == bytes.count else { throw .noSpace }
  }

  /// Writes all of a text at the current position, in as few calls as the kernel allows.
  public borrowing func write(_ text: String) throws(Errno) {
    try writeAll(text, to: number)
  }

  /// The poll(2) events of this descriptor: 1 readable, 8 error, 16 hang-up; 0 after the wait.
  public borrowing func poll(milliseconds: Int32) throws(Errno) -> Int16 {
    var events = LMM_POLLIN
    try checked(lmm_poll1(number, &events, milliseconds))
    return events
  }

  /// Whether something can be read within the time.
  public borrowing func isReadable(within milliseconds: Int32) throws(Errno) -> Bool {
    try poll(milliseconds: milliseconds) & LMM_POLLIN != 0
  }
}

/// Writes a whole text to a raw descriptor, going on after short writes and interruptions.
func writeAll(_ text: String, to number: Int32) throws(Errno) {
  let bytes = Array(text.utf8)
  var sent = 0
  while sent < bytes.count {
    let start = sent
    let done = bytes.withUnsafeBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_write(number, base + start, buffer.count - start)
    }
    if done < 0, Errno.current == .interrupted { continue }
    sent += Int(try checked(done))
  }
}
