internal import CLinuxMM

/// A program that is not ours, and where it prints to.
public enum Execution {
  /// Both ends of what a program prints to: a terminal, so that it prints line by line, or else a pipe.
  ///
  /// - Returns: where to read, and where the program writes.
  public static func output() throws(Errno) -> (reading: Int32, writing: Int32) {
    lmm_mkdir("/dev/pts", 0o755)
    if !TextFile.exists("/dev/pts/ptmx") { lmm_mount("devpts", "/dev/pts", "mode=620") }
    var writing: Int32 = -1
    let reading = lmm_terminal(&writing)
    if reading >= 0 { return (reading, writing) }
    var ends: [Int32] = [0, 0]
    try checked(lmm_pipe(&ends))
    return (ends[0], ends[1])
  }

  /// Hides `/tmp` below an empty one.
  public static func coverTemporaryFiles() throws(Errno) {
    try checked(lmm_mount("tmpfs", "/tmp", ""))
  }

  /// Brings the former `/tmp` back; what was in the other one is gone.
  public static func uncoverTemporaryFiles() throws(Errno) { try checked(lmm_unmount("/tmp")) }

  /// Becomes the program; answers why that failed.
  ///
  /// The name is what the kernel calls the process, in `/proc` and in what it prints. The program's own first word is a
  /// path that can be opened, as for a program that is started by hand: `pagemap_ioctl` maps itself.
  public static func become(
    _ path: String, named name: String, _ arguments: [String], output: Int32
  ) -> Errno {
    // In init's own file system, where no leak check looks.
    let directory = "/faultline/foreign"
    lmm_mkdir(directory, 0o755)
    let link = directory + "/" + name
    let named = lmm_symlink(path, link) == 0 ? link : path
    var vector: [UnsafeMutablePointer<CChar>?] = []
    for argument in [named] + arguments {
      let bytes = argument.utf8.map { CChar(bitPattern: $0) } + [0]
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      vector.append(copy)
    }
    vector.append(nil)
    vector.withUnsafeBufferPointer { pointers in
      guard let first = pointers.baseAddress else { return }
      lmm_execute(output, named, first)
    }
    return Errno.current
  }
}
