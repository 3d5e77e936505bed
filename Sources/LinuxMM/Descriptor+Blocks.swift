internal import CLinuxMM

// Where a file's blocks are, and how they are written.
extension Descriptor {
  /// Waits until all that was written is on the disk; `fsync(2)`.
  public borrowing func sync() throws(Errno) { try checked(lmm_sync(rawValue)) }

  /// Reserves blocks for a part of the file, which grows to hold it; `fallocate(2)`.
  public borrowing func allocate(at offset: UInt64, length: UInt64) throws(Errno) {
    try checked(lmm_fallocate(rawValue, 0, Int64(offset), Int64(length)))
  }

  /// Has btrfs write the blocks of this empty file in place; `FS_NOCOW_FL`.
  public borrowing func writeInPlace() throws(Errno) {
    var flags: UInt64 = 0
    try checked(lmm_ioctl(rawValue, LMM_FS_IOC_GETFLAGS, &flags))
    flags |= UInt64(LMM_FS_NOCOW_FL)
    try checked(lmm_ioctl(rawValue, LMM_FS_IOC_SETFLAGS, &flags))
  }

  /// Makes this file share all blocks of another; `FICLONE`, `EOPNOTSUPP` where the file system cannot.
  public borrowing func share(blocksOf other: borrowing Descriptor) throws(Errno) {
    try checked(lmm_ioctl_value(rawValue, LMM_FICLONE, UInt64(other.rawValue)))
  }

  /// The file's extents in their order in the file, the first `limit` of them; `FS_IOC_FIEMAP`.
  ///
  /// Neighbours on the disk that the file system keeps apart are told apart.
  public borrowing func extents(limit: Int = 1024) throws(Errno) -> [FileExtent] {
    var found = [lmm_extent](repeating: lmm_extent(), count: limit)
    let count = found.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_extents(rawValue, 0, base, UInt32(buffer.count))
    }
    try checked(count)
    return found.prefix(Int(count)).map {
      FileExtent(logical: $0.logical, physical: $0.physical, length: $0.length)
    }
  }
}
