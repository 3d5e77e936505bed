internal import CLinuxMM

/// Accesses to raw addresses that the compiler can neither drop, repeat nor move.
public enum Memory {
  /// Bytes of a base page.
  public static let pageSize: UInt64 = 4096
  /// Bytes of a PMD-sized huge page.
  public static let hugePageSize: UInt64 = 2 << 20

  public static func load(_ address: UInt64) -> UInt8 { lmm_load8(address) }
  public static func loadWord(_ address: UInt64) -> UInt64 { lmm_load64(address) }
  public static func store(_ address: UInt64, _ value: UInt8) { lmm_store8(address, value) }
  public static func storeWord(_ address: UInt64, _ value: UInt64) { lmm_store64(address, value) }

  /// Writes `value` into every byte.
  public static func fill(_ range: AddressRange, with value: UInt8) {
    lmm_fill(range.start, range.length, value)
  }

  /// The offset of the first byte at or after `offset` that is not `value`, or nil.
  public static func firstDifference(
    _ range: AddressRange, from offset: UInt64 = 0, expecting value: UInt8
  ) -> UInt64? {
    let found = lmm_first_difference(range.start, offset, range.length, value)
    return found < 0 ? nil : UInt64(found)
  }

  /// Declares memory lost, as after an uncorrectable error; `madvise(2)` `MADV_HWPOISON`.
  ///
  /// `EINVAL` without `CONFIG_MEMORY_FAILURE`, even for an empty range; `EPERM` without privilege.
  public static func lose(_ range: AddressRange) throws(Errno) {
    try checked(lmm_lose(range.start, range.length))
  }

  /// What a load or store came to.
  public enum Access: Equatable, Sendable, CustomStringConvertible {
    case done(UInt8)
    case segmentationFault(code: Int32, address: UInt64)
    case busError(code: Int32, address: UInt64)

    public var description: String {
      switch self {
      case .done: "completed"
      case .segmentationFault(let code, let address): "SIGSEGV code \(code) at 0x\(hex(address))"
      case .busError(let code, let address): "SIGBUS code \(code) at 0x\(hex(address))"
      }
    }
  }

  /// Loads a byte and reports a SIGSEGV or SIGBUS instead of dying of it.
  public static func tryLoad(_ address: UInt64) -> Access {
    var value: UInt8 = 0
    var code: Int32 = 0
    var place: UInt64 = 0
    let signal = lmm_try_load8(address, &value, &code, &place)
    return outcome(signal, value, code, place)
  }

  /// Stores a byte and reports a SIGSEGV or SIGBUS instead of dying of it.
  public static func tryStore(_ address: UInt64, _ value: UInt8) -> Access {
    var code: Int32 = 0
    var place: UInt64 = 0
    let signal = lmm_try_store8(address, value, &code, &place)
    return outcome(signal, value, code, place)
  }

  private static func outcome(_ signal: Int32, _ value: UInt8, _ code: Int32, _ place: UInt64)
    -> Access
  {
    switch signal {
    case 0: .done(value)
    case 7: .busError(code: code, address: place)
    default: .segmentationFault(code: code, address: place)
    }
  }
}
