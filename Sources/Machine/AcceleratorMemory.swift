internal import Foundation
internal import Glibc

/// The remembered outcome of a boot probe: a small text in the user's cache.
struct AcceleratorMemory {
  /// What an outcome holds for: a boot of the host, one QEMU, one user.
  let key: String
  /// nil when there is no place for a cache.
  let path: String?

  /// - Parameter emulator: the path of QEMU. Its size and time stand for its version: asking for that takes longer than
  ///   everything else here.
  init(emulator: String) {
    var status = stat()
    let isThere = stat(emulator, &status) == 0
    // A host that does not tell its boots apart is asked again each time QEMU changes only.
    let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)  // see above
    let host = (boot ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    let qemu = isThere ? "\(status.st_size) \(status.st_mtim.tv_sec)" : ""
    self.init(
      key: "boot \(host) user \(geteuid()) qemu \(emulator) \(qemu)",
      path: CacheDirectory.path.map { $0 + "/accelerator-\(geteuid())" })
  }

  init(key: String, path: String?) {
    self.key = key
    self.path = path
  }

  /// The remembered choice; nil when there is none for this key.
  func recall() -> AcceleratorChoice? {
    guard let path, let data = FileManager.default.contents(atPath: path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines[0] == key,
      let accelerator = Accelerator(rawValue: String(lines[1]))
    else { return nil }
    return AcceleratorChoice(accelerator, reason: String(lines[2]), isRemembered: true)
  }

  /// Remembers a choice; a cache that cannot be written only makes the next run probe again.
  func keep(_ choice: AcceleratorChoice) {
    guard let path else { return }
    let reason = choice.reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    let text = "\(key)\n\(choice.accelerator.rawValue)\n\(reason)\n"
    let parent = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(  // see above
      atPath: parent, withIntermediateDirectories: true)
    try? text.write(toFile: path, atomically: true, encoding: .utf8)  // see above
  }
}
