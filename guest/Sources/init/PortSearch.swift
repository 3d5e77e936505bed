import CInit

/// Finds the record port among the virtio-serial ports and opens it.
enum PortSearch {
  static let name = "org.faultline.records.0"
  /// How long the kernel may take to show the port, in milliseconds.
  private static let patience: Int64 = 20_000

  private static let ports = "/sys/class/virtio-ports"

  /// Opens the port once the kernel shows it; nil when it never did.
  ///
  /// A port's node comes before its name, so every announcement of the kernel is a reason to look again. The short
  /// timeout serves kernels without netlink.
  static func open(announcements: CInt) -> CInt? {
    let end = ci_uptime_ms() + patience
    while ci_uptime_ms() < end {
      if let port = openNow() { return port }
      wait(for: announcements)
    }
    return nil
  }

  private static func openNow() -> CInt? {
    for node in Files.names(in: ports)
    where Files.text(ports + "/" + node + "/name") == name {
      let port = ci_open("/dev/" + node, CI_READ_WRITE | CI_NONBLOCK)
      if port >= 0 { return port }
    }
    return nil
  }

  private static func wait(for announcements: CInt) {
    var poll = ci_pollfd(fd: announcements, events: CI_POLL_IN, revents: 0)
    guard ci_poll(&poll, 1, 3) > 0 else { return }
    var text = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<64 where ci_read(announcements, &text, text.count) <= 0 { return }
  }
}
