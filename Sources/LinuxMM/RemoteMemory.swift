internal import CLinuxMM

/// Another way to a process's memory than its own loads and stores.
public enum RemoteMemory {
  /// Writes bytes into a process and returns how many; `process_vm_writev(2)`.
  public static func write(_ bytes: [UInt8], to address: UInt64, ofProcess process: Int32)
    throws(Errno) -> Int
  {
    let done = bytes.withUnsafeBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_process_vm_writev(process, base, address, buffer.count)
    }
    return try checked(done)
  }

  /// Reads bytes from a process; `process_vm_readv(2)`.
  public static func read(count: Int, from address: UInt64, ofProcess process: Int32)
    throws(Errno) -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: count)
    let done = bytes.withUnsafeMutableBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_process_vm_readv(process, base, address, count)
    }
    bytes.removeLast(count - (try checked(done)))
    return bytes
  }

  /// Gives pages to a pipe without copying and returns the bytes given; `vmsplice(2)`.
  @discardableResult
  public static func splice(_ range: AddressRange, into pipe: borrowing Descriptor) throws(Errno)
    -> Int
  {
    try checked(lmm_vmsplice(pipe.rawValue, range.start, Int(range.length), 0))
  }
}
