/// A disk with an empty file system for the cases' files, each guest's own.
package struct ScratchDisk: Sendable, Hashable {
  package var fileSystem: FileSystem
  package var mebibytes: Int

  package init(_ fileSystem: FileSystem, mebibytes: Int) {
    self.fileSystem = fileSystem
    self.mebibytes = mebibytes
  }

  /// Where the guest has it mounted.
  package static let directory = "/mnt/disk"

  /// What is left to the cases where the machine swaps to a file on it.
  package static let spareMebibytes = 128
}
