import Libvirt

/// libvirt's built-in fake: no QEMU, no daemon, no rights needed.
enum FakeHypervisor {
  static let uri = "test:///default"

  /// A domain that the fake accepts.
  static func xml(_ name: String) -> String {
    """
    <domain type='test'>
      <name>\(name)</name>
      <memory unit='MiB'>16</memory>
      <os><type>hvm</type></os>
    </domain>
    """
  }
}
