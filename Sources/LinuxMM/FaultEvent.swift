internal import CLinuxMM

/// One message read from a userfaultfd; `struct uffd_msg`.
public enum FaultEvent: Equatable, Sendable {
  /// A fault that waits for its resolution.
  case fault(Fault)
  /// A child was forked; `descriptor` is its userfaultfd, owned by whoever takes the event.
  case fork(descriptor: Int32)
  case remap(from: UInt64, to: UInt64, length: UInt64)
  case remove(start: UInt64, end: UInt64)
  case unmap(start: UInt64, end: UInt64)
  /// An event this program does not know.
  case unknown(UInt8)

  /// A page fault.
  public struct Fault: Equatable, Sendable {
    public let flags: UInt64
    public let address: UInt64
    /// The faulting thread, with the `threadID` feature; else 0.
    public let thread: Int32

    public var kind: Kind {
      if flags & LMM_UFFD_PAGEFAULT_FLAG_WP != 0 { return .writeProtect }
      if flags & LMM_UFFD_PAGEFAULT_FLAG_MINOR != 0 { return .minor }
      return .missing
    }
  }

  /// The kinds of event, numbered for counting.
  public enum Kind: Int, Sendable, CaseIterable, CustomStringConvertible {
    case writeProtect, missing, minor, fork, remap, remove, unmap, unknown

    public var description: String {
      switch self {
      case .writeProtect: "write-protect"
      case .missing: "missing"
      case .minor: "minor"
      case .fork: "fork"
      case .remap: "remap"
      case .remove: "remove"
      case .unmap: "unmap"
      case .unknown: "unknown"
      }
    }
  }

  public var kind: Kind {
    switch self {
    case .fault(let fault): fault.kind
    case .fork: .fork
    case .remap: .remap
    case .remove: .remove
    case .unmap: .unmap
    case .unknown: .unknown
    }
  }

  init(_ message: lmm_uffd_msg) {
    switch message.event {
    case LMM_UFFD_EVENT_PAGEFAULT:
      let thread = Int32(truncatingIfNeeded: message.c)
      self = .fault(Fault(flags: message.a, address: message.b, thread: thread))
    case LMM_UFFD_EVENT_FORK:
      self = .fork(descriptor: Int32(truncatingIfNeeded: message.a))
    case LMM_UFFD_EVENT_REMAP:
      self = .remap(from: message.a, to: message.b, length: message.c)
    case LMM_UFFD_EVENT_REMOVE: self = .remove(start: message.a, end: message.b)
    case LMM_UFFD_EVENT_UNMAP: self = .unmap(start: message.a, end: message.b)
    default: self = .unknown(message.event)
    }
  }
}
