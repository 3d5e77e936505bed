import CInit

/// The virtio disks that the host gives, each known by its serial number: their order is nobody's promise.
enum Disks {
  private static let blocks = "/sys/block"
  /// How long a disk may take to appear, in milliseconds: its driver has just been loaded.
  private static let patience: Int64 = 2_000

  /// The name of the disk of a serial number, such as `vda`; nil when none appears.
  static func name(serial: String) -> String? {
    let end = ci_uptime_ms() + patience
    while true {
      for name in Files.names(in: blocks)
      where Files.text(blocks + "/" + name + "/serial") == serial {
        return name
      }
      guard ci_uptime_ms() < end else { return nil }
      _ = ci_sleep_ms(5)
    }
  }

  /// What to say when there is none.
  static func missing(_ serial: String) -> String {
    let names = Files.names(in: blocks)
    return "no disk has the serial number \(serial); there are "
      + (names.isEmpty ? "none" : names.joined(separator: ", "))
  }

  /// Mounts the file system on a disk; answers a sentence when it fails.
  static func mount(_ type: String, serial: String, on directory: String) -> String? {
    guard let name = name(serial: serial) else { return missing(serial) }
    let device = "/dev/" + name
    ci_mkdir(directory)
    let result = ci_mount(device, directory, type, "")
    return result == 0
      ? nil : "\(type) on \(device) cannot be mounted on \(directory): \(errorName(result))"
  }
}
