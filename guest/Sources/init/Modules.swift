import CInit

/// Kernel modules of the initramfs.
enum Modules {
  /// Loads a module and removes its file, whose memory is wanted back; answers a sentence when it fails.
  static func load(_ path: String, parameters: String) -> String? {
    let file = ci_open(path, CI_READ)
    guard file >= 0 else { return "module \(path) cannot be opened: \(errorName(file))" }
    let result = ci_load_module(file, parameters)
    ci_close(file)
    ci_unlink(path)
    guard result < 0, result != -CI_EEXIST else { return nil }
    return "module \(path) does not load: \(errorName(result))"
  }
}
