internal import CLinuxMM

/// A kernel error number.
public struct Errno: Error, Equatable, Sendable, CustomStringConvertible {
  /// The positive errno value.
  public let number: Int32

  public init(_ number: Int32) { self.number = number }

  /// The calling thread's errno; read it before any other call can overwrite it.
  public static var current: Errno { Errno(lmm_errno()) }

  public static let notPermitted = Errno(1)  // EPERM
  public static let noEntry = Errno(2)  // ENOENT
  public static let noProcess = Errno(3)  // ESRCH
  public static let interrupted = Errno(4)  // EINTR
  public static let ioError = Errno(5)  // EIO
  public static let noDeviceOrAddress = Errno(6)  // ENXIO
  public static let again = Errno(11)  // EAGAIN
  public static let noMemory = Errno(12)  // ENOMEM
  public static let accessDenied = Errno(13)  // EACCES
  public static let badAddress = Errno(14)  // EFAULT
  public static let busy = Errno(16)  // EBUSY
  public static let exists = Errno(17)  // EEXIST
  public static let invalid = Errno(22)  // EINVAL
  public static let notTypewriter = Errno(25)  // ENOTTY
  public static let textBusy = Errno(26)  // ETXTBSY
  public static let noSpace = Errno(28)  // ENOSPC
  public static let notSupported = Errno(95)  // EOPNOTSUPP
  public static let timedOut = Errno(110)  // ETIMEDOUT

  /// The C name, as in `EINVAL`.
  public var description: String {
    guard let name = lmm_errno_name(number) else { return "errno \(number)" }
    return String(cString: name)
  }
}

/// Throws the current errno when a C call returned a negative value, and passes others on.
@discardableResult
func checked<Result: SignedInteger>(_ result: Result) throws(Errno) -> Result {
  guard result >= 0 else { throw .current }
  return result
}
