internal import CLinuxMM

/// A long-term pin taken by the kernel's own test driver, `gup_test` in debugfs (`CONFIG_GUP_TEST`).
///
/// It can be read-only, which no system call of a program's can be asked for.
public struct PinTest: ~Copyable {
  /// Where the driver is.
  public static let path = "/sys/kernel/debug/gup_test"

  private let file: Descriptor

  /// Pins whole pages; `fast` walks the page tables without locks first.
  public init(_ range: AddressRange, writable: Bool, fast: Bool) throws(Errno) {
    let flags: UInt32 = (writable ? 1 : 0) | (fast ? 2 : 0)
    var request = lmm_pin_longterm_test(
      address: range.start, size: range.length, flags: flags)
    let driver = try Descriptor(opening: PinTest.path, for: .readWrite)
    try checked(lmm_ioctl(driver.rawValue, LMM_PIN_LONGTERM_TEST_START, &request))
    file = driver
  }

  deinit { _ = lmm_ioctl(file.rawValue, LMM_PIN_LONGTERM_TEST_STOP, nil) }

  /// Copies what the pinned pages hold to memory of the same length.
  public func read(to address: UInt64) throws(Errno) {
    var target = address
    try checked(lmm_ioctl(file.rawValue, LMM_PIN_LONGTERM_TEST_READ, &target))
  }
}
