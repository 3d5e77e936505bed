internal import Glibc

/// A file that is mostly holes: only what it holds is copied.
struct SparseFile {
  /// A part of a file that may hold something.
  struct Segment: Equatable {
    var offset: Int
    var count: Int
  }

  let path: String

  /// How much is read at a time, in bytes.
  private static let chunk = 256 << 10
  /// Blocks of so many zeros become holes.
  private static let block = 4 << 10

  /// The file's length in bytes.
  func length() throws(MachineError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw RunDirectory.failure(path) }
    return Int(status.st_size)
  }

  /// Makes a copy that has a hole wherever there is a block of zeros, `permissions` whatever the umask.
  func copy(to target: String, permissions: mode_t) throws(MachineError) {
    let copy = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard copy >= 0 else { throw RunDirectory.failure(target) }
    defer { close(copy) }
    try eachPart { (bytes, offset) throws(MachineError) in
      try Self.write(bytes, to: copy, at: offset, target)
    }
    guard try ftruncate(copy, length()) == 0, fchmod(copy, permissions) == 0 else {
      throw RunDirectory.failure(target)
    }
  }

  /// Gives it another path in the same file system.
  func move(to target: String) throws(MachineError) {
    guard rename(path, target) == 0 else { throw RunDirectory.failure(target) }
  }

  /// The parts that hold something, whole blocks each, in order.
  func contents() throws(MachineError) -> [(offset: Int, bytes: [UInt8])] {
    var parts: [(offset: Int, bytes: [UInt8])] = []
    try eachPart { (bytes, offset) throws(MachineError) in
      parts.append((offset, Array(bytes)))
    }
    return parts
  }

  private func eachPart(
    _ body: (UnsafeRawBufferPointer, Int) throws(MachineError) -> Void
  ) throws(MachineError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path: path) }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    for segment in Self.segments(of: file, length: try length()) {
      var offset = segment.offset
      let end = segment.offset + segment.count
      while offset < end {
        let wanted = min(Self.chunk, end - offset)
        let count = pread(file, &buffer, wanted, off_t(offset))
        guard count > 0 else { throw .unreadable(path: path) }
        var failure: MachineError?
        buffer.withUnsafeBytes { bytes in
          let read = UnsafeRawBufferPointer(rebasing: bytes[0..<count])
          for run in Self.runs(in: read) {
            do throws(MachineError) {
              try body(UnsafeRawBufferPointer(rebasing: read[run]), offset + run.lowerBound)
            } catch {
              failure = failure ?? error
            }
          }
        }
        if let failure { throw failure }
        offset += count
      }
    }
  }

  /// What the file system says may hold something; all of it where it does not know.
  private static func segments(of file: CInt, length: Int) -> [Segment] {
    let (data, hole) = (CInt(3), CInt(4))  // SEEK_DATA, SEEK_HOLE: for GNU sources only
    var segments: [Segment] = []
    var offset = 0
    while offset < length {
      let start = lseek(file, off_t(offset), data)
      if start < 0 {
        if errno == ENXIO { return segments }
        return [Segment(offset: 0, count: length)]
      }
      let end = lseek(file, start, hole)
      guard end > start else { return [Segment(offset: 0, count: length)] }
      segments.append(Segment(offset: Int(start), count: Int(end - start)))
      offset = Int(end)
    }
    return segments
  }

  /// The ranges of whole blocks that are not all zeros.
  private static func runs(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for start in stride(from: 0, to: bytes.count, by: block) {
      let range = start..<min(start + block, bytes.count)
      guard bytes[range].contains(where: { $0 != 0 }) else { continue }
      if let last = runs.last, last.upperBound == start {
        runs[runs.count - 1] = last.lowerBound..<range.upperBound
      } else {
        runs.append(range)
      }
    }
    return runs
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to file: CInt, at offset: Int, _ path: String
  ) throws(MachineError) {
    var written = 0
    while written < bytes.count {
      let rest = bytes.baseAddress.map { $0 + written }
      let count = pwrite(file, rest, bytes.count - written, off_t(offset + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw RunDirectory.failure(path) }
      written += count
    }
  }
}
