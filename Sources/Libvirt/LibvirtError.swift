internal import CLibvirt

/// What libvirt said when a call failed.
package struct LibvirtError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Which kind of failure (`virErrorNumber`).
  package let code: Int
  /// Which part of libvirt failed (`virErrorDomain`).
  package let domain: Int
  /// libvirt's sentence; QEMU's own text is part of it when a guest does not start.
  package let message: String

  package init(code: Int, domain: Int, message: String) {
    self.code = code
    self.domain = domain
    self.message = message
  }

  /// The domain is not there: it ended by itself, or was never made.
  package var isNoDomain: Bool { code == Int(VIR_ERR_NO_DOMAIN.rawValue) }

  /// The call makes no sense in this state, as a resume of a domain that has ended.
  package var isInvalidOperation: Bool { code == Int(VIR_ERR_OPERATION_INVALID.rawValue) }

  package var description: String { "libvirt: \(message) (error \(code), domain \(domain))" }

  /// The calling thread's last error.
  ///
  /// Errors are per thread: read it in the function that made the call, with no
  /// `await` between (`virGetLastError`).
  static func last() -> LibvirtError {
    guard let error = virGetLastError() else {
      return LibvirtError(code: 0, domain: 0, message: "no reason was given")
    }
    let message = error.pointee.message.map { String(cString: $0) } ?? "no reason was given"
    return LibvirtError(
      code: Int(error.pointee.code), domain: Int(error.pointee.domain), message: message)
  }

  /// Throws the last error when a call returned −1.
  static func check(_ result: CInt) throws(LibvirtError) {
    if result < 0 { throw last() }
  }
}
