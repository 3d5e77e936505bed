internal import Foundation

/// A libvirt URI, and whether its hypervisor sees this machine's files.
struct HypervisorAddress: Equatable {
  let uri: String

  init(_ uri: String) {
    self.uri = uri
  }

  /// Whether QEMU will run here: no host in the URI, and no transport that leads elsewhere.
  var isLocal: Bool {
    guard let parts = URLComponents(string: uri) else { return false }
    let transport = parts.scheme?.split(separator: "+").dropFirst().first
    return (parts.host ?? "").isEmpty && (transport == nil || transport == "unix")
  }
}
