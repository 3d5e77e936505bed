/// A file system that guests can have a disk of.
package enum FileSystem: String, Sendable, CaseIterable {
  case ext4, xfs, btrfs

  /// The program that makes one.
  package var tool: String { "mkfs." + rawValue }

  /// The Debian package of that program.
  package var package: String {
    switch self {
    case .ext4: "e2fsprogs"
    case .xfs: "xfsprogs"
    case .btrfs: "btrfs-progs"
    }
  }

  /// The least size in MiB: `mkfs.xfs` refuses less than 300, `mkfs.btrfs` less than 109.
  package var leastMebibytes: Int {
    switch self {
    case .ext4: 16
    case .xfs: 300
    case .btrfs: 128
    }
  }

  /// What the program is called with before the image's path.
  ///
  /// Features are those that a 5.10 kernel mounts without a warning, whatever the program's version has on by
  /// default; blocks are as large as pages, which a swap file needs, and nothing is left for the
  /// kernel to initialise in the background.
  package var toolArguments: [String] {
    switch self {
    case .ext4:
      [
        "-q", "-F", "-b", "4096", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-O",
        "none,has_journal,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
          + "large_file,huge_file,dir_nlink,extra_isize,metadata_csum",
      ]
    case .xfs:
      [
        "-q", "-f", "-m", "crc=1,finobt=1,reflink=1,rmapbt=0,bigtime=0,inobtcount=0",
        "-i", "sparse=1,nrext64=0",
      ]
    case .btrfs: ["-q", "-f", "-K", "-d", "single", "-m", "dup", "-O", "no-holes"]
    }
  }
}
