internal import CLinuxMM

/// A `pipe(2)` whose ends are taken out one by one; an end not taken is closed with the value.
public struct Pipe: ~Copyable {
  private var reading: Descriptor?
  private var writing: Descriptor?

  public init() throws(Errno) {
    var ends: [Int32] = [0, 0]
    try checked(lmm_pipe(&ends))
    reading = Descriptor(adopting: ends[0])
    writing = Descriptor(adopting: ends[1])
  }

  /// One that holds `size` bytes where it may, and in which neither reading nor writing ever blocks: `EAGAIN`.
  public init(nonblockingOfSize size: Int) throws(Errno) {
    var ends: [Int32] = [0, 0]
    try checked(lmm_nonblocking_pipe(&ends, Int64(size)))
    reading = Descriptor(adopting: ends[0])
    writing = Descriptor(adopting: ends[1])
  }

  /// The end to read from; once.
  public mutating func takeReading() -> Descriptor {
    guard let end = reading.take() else { preconditionFailure("a pipe has one reading end") }
    return end
  }

  /// The end to write to; once.
  public mutating func takeWriting() -> Descriptor {
    guard let end = writing.take() else { preconditionFailure("a pipe has one writing end") }
    return end
  }
}
