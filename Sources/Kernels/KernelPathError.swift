/// A path given as a kernel that cannot be taken for one.
package enum KernelPathError: Error, Equatable, CustomStringConvertible {
  case missing(path: String)
  /// A folder that is no build tree, or one where nothing is built yet.
  case noImage(path: String, isKernelSource: Bool)
  case notAFile(path: String)
  case unreadable(path: String)

  package var description: String {
    switch self {
    case .missing(let path): "kernel \(path) does not exist"
    case .noImage(let path, true):
      "kernel \(path) is a kernel tree without vmlinux or arch/x86/boot/bzImage: build it first "
        + "(make -C \(path) bzImage)"
    case .noImage(let path, false):
      "kernel \(path) is a directory without vmlinux or arch/x86/boot/bzImage: give a kernel build "
        + "tree, or the image itself"
    case .notAFile(let path): "kernel \(path) is neither a file nor a directory"
    case .unreadable(let path): "kernel \(path) cannot be read: check its permissions"
    }
  }
}
