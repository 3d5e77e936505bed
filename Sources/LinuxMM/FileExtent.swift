/// A run of a file's blocks that are neighbours on the disk; bytes throughout.
public struct FileExtent: Equatable, Sendable {
  /// Where in the file it begins.
  public let logical: UInt64
  /// Where on the disk it begins.
  public let physical: UInt64
  public let length: UInt64
}
