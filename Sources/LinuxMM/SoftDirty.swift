/// The soft-dirty tracker of procfs.
public enum SoftDirty {
  /// Forgets which pages were written; writes 4 to `/proc/PID/clear_refs`, our own by default.
  public static func clear(ofProcess process: Int32? = nil) throws(Errno) {
    try write("4", ofProcess: process)
  }

  /// Writes any text to `clear_refs`, for argument tests.
  public static func write(_ text: String, ofProcess process: Int32? = nil) throws(Errno) {
    let name = process.map { "\($0)" } ?? "self"
    try TextFile.write(text, to: "/proc/" + name + "/clear_refs")
  }
}
