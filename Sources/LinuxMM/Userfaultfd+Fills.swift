internal import CLinuxMM

// The ioctls that fill pages, with any mode word and everything they answer: for tests of errors and of what
// was done before one.
extension Userfaultfd {
  /// What an ioctl that fills pages came to.
  public struct Filled: Equatable, Sendable {
    /// Nil when all was done.
    public let error: Errno?
    /// The last word of the argument: bytes done, or -errno; what the caller had put there if nothing was written.
    public let done: Int64
  }

  /// Which one; the raw value is the ioctl's name.
  public enum Filling: String, Sendable, CaseIterable {
    case copy = "UFFDIO_COPY"
    case move = "UFFDIO_MOVE"
    case zeroPage = "UFFDIO_ZEROPAGE"
    case `continue` = "UFFDIO_CONTINUE"
    case poison = "UFFDIO_POISON"

    /// Whether a kernel that offers these features has it.
    public func isOffered(_ features: Features) -> Bool {
      switch self {
      case .copy, .zeroPage: true
      case .move: features.contains(.move)
      case .continue: features.contains(.minorHugetlb)
      case .poison: features.contains(.poison)
      }
    }

    var request: UInt64 {
      switch self {
      case .copy: LMM_UFFDIO_COPY
      case .move: LMM_UFFDIO_MOVE
      case .zeroPage: LMM_UFFDIO_ZEROPAGE
      case .continue: LMM_UFFDIO_CONTINUE
      case .poison: LMM_UFFDIO_POISON
      }
    }
  }

  /// What the last word of the argument holds before the call.
  public static let untouched: Int64 = 0x5a5a

  /// Calls one of them; `source` counts for copies and moves only.
  public borrowing func fill(
    _ filling: Filling, _ range: AddressRange, from source: UInt64 = 0, rawMode: UInt64 = 0
  ) -> Filled {
    let failed: Bool
    let done: Int64
    switch filling {
    case .copy, .move:
      var argument = lmm_uffdio_copy(
        dst: range.start, src: source, len: range.length, mode: rawMode,
        done: Userfaultfd.untouched)
      failed = lmm_ioctl(file.rawValue, filling.request, &argument) < 0
      done = argument.done
    case .zeroPage, .continue, .poison:
      var argument = lmm_uffdio_fill(
        range: lmm_uffdio_range(range), mode: rawMode, done: Userfaultfd.untouched)
      failed = lmm_ioctl(file.rawValue, filling.request, &argument) < 0
      done = argument.done
    }
    return Filled(error: failed ? .current : nil, done: done)
  }
}
