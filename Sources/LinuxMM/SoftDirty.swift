/// The soft-dirty tracker of procfs.
public enum SoftDirty {
  /// Forgets which pages were written; writes 4 to `/proc/self/clear_refs`.
  public static func clear() throws(Errno) { try TextFile.write("4", to: "/proc/self/clear_refs") }
}
