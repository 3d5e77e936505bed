internal import CLinuxMM

/// An io_uring with at most one fixed buffer, which pins its pages for the long term (`FOLL_LONGTERM`).
public struct Ring: ~Copyable {
  private var raw = lmm_ring()

  /// `io_uring_setup(2)`; `EPERM` where io_uring is switched off, `ENOSYS` where it is not built in.
  public init() throws(Errno) { try checked(lmm_ring_open(&raw, 4)) }

  deinit {
    var ring = raw
    lmm_ring_close(&ring)
  }

  /// Pins the range for reading and writing; `IORING_REGISTER_BUFFERS`.
  public mutating func registerBuffer(_ range: AddressRange) throws(Errno) {
    try checked(lmm_ring_register_buffer(&raw, range.start, Int(range.length)))
  }

  /// Lets the buffer go.
  public mutating func unregisterBuffer() throws(Errno) {
    try checked(lmm_ring_unregister_buffers(&raw))
  }

  /// Reads from the file into the pinned pages, whatever the page tables say now; bytes done.
  public mutating func read(
    _ file: borrowing Descriptor, into range: AddressRange, offset: UInt64
  ) throws(Errno) -> Int {
    let number = file.rawValue
    return Int(
      try checked(
        lmm_ring_transfer(
          &raw, LMM_IORING_OP_READ_FIXED, number, range.start, UInt32(range.length), offset)))
  }

  /// Writes what the pinned pages hold to the file; bytes done.
  public mutating func write(
    _ file: borrowing Descriptor, from range: AddressRange, offset: UInt64
  ) throws(Errno) -> Int {
    let number = file.rawValue
    return Int(
      try checked(
        lmm_ring_transfer(
          &raw, LMM_IORING_OP_WRITE_FIXED, number, range.start, UInt32(range.length), offset)))
  }
}
