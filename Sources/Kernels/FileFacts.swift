import Glibc

/// Size and modification time of a file: what tells cheaply whether it is still the one that was
/// written.
struct FileFacts: Equatable {
  /// In bytes.
  let size: Int
  /// In nanoseconds since 1970.
  let modified: Int

  /// Nil when there is no regular file.
  init?(path: String) {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int(info.st_size)
    modified = info.st_mtim.tv_sec * 1_000_000_000 + info.st_mtim.tv_nsec
  }
}
