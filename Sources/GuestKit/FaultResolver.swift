internal import LinuxMM

/// What is done about each kind of fault; the defaults are the catalogue's handler.
public struct FaultPolicy: Sendable {
  public enum OnMissing: Sendable {
    /// `UFFDIO_COPY` of a page full of `FaultPolicy.copiedByte`.
    case copy
    /// The same, write-protected.
    case copyProtected
    case zeroPage
    case leave
  }
  public enum OnWriteProtect: Sendable {
    /// Lift the protection of the faulting page.
    case unprotect
    case leave
  }
  public enum OnMinor: Sendable {
    case `continue`
    case continueProtected
    case leave
  }

  /// What a resolved missing page is full of.
  public static let copiedByte: UInt8 = 0x5c

  public var missing = OnMissing.copy
  public var writeProtect = OnWriteProtect.unprotect
  public var minor = OnMinor.continue

  public init() {}

  /// Events are logged and faults stay unresolved.
  public static var observing: FaultPolicy {
    var policy = FaultPolicy()
    policy.missing = .leave
    policy.writeProtect = .leave
    policy.minor = .leave
    return policy
  }
}

/// A userfaultfd that several threads use; closed with the last reference.
final class OpenUserfaultfd: Sendable {
  let uffd: Userfaultfd
  init(_ uffd: consuming Userfaultfd) { self.uffd = uffd }
}

/// What the thread does that reads a userfaultfd's events, logs them and resolves the faults.
final class FaultResolver: Sendable {
  let log = EventLog()
  private let owner: OpenUserfaultfd
  private let stop: Descriptor
  private let pageSize: UInt64
  private let policy: FaultPolicy
  private let source: AddressRange

  init(
    _ owner: OpenUserfaultfd, stop: consuming Descriptor, pageSize: UInt64, policy: FaultPolicy
  ) throws(Errno) {
    let source = try Mapping(anonymous: pageSize, .private).relinquish()
    Memory.fill(source, with: FaultPolicy.copiedByte)
    self.owner = owner
    self.stop = stop
    self.pageSize = pageSize
    self.policy = policy
    self.source = source
  }

  /// Serves until something can be read from `stop`, or the userfaultfd is broken.
  func run() {
    while owner.uffd.waitForEvent(orStop: stop) {
      let event = log.take { () -> FaultEvent? in
        // A failed read is EAGAIN, after somebody else took the event, or the end of the descriptor.
        (try? owner.uffd.nextEvent()) ?? nil  // see above
      }
      guard case .fault(let fault) = event else { continue }
      // An unresolved fault shows as a case that does not end; there is no better place to say it.
      _ = try? resolve(fault)  // see above
    }
  }

  private func resolve(_ fault: FaultEvent.Fault) throws(Errno) {
    let start = fault.address / pageSize * pageSize
    let page = AddressRange(start: start, length: pageSize)
    switch fault.kind {
    case .writeProtect:
      if policy.writeProtect == .unprotect { try owner.uffd.unprotect(page) }
    case .minor:
      guard policy.minor != .leave else { return }
      try owner.uffd.continue(page, writeProtected: policy.minor == .continueProtected)
    default: try resolveMissing(page)
    }
  }

  private func resolveMissing(_ page: AddressRange) throws(Errno) {
    switch policy.missing {
    case .leave: return
    case .zeroPage: try owner.uffd.zeroPage(page)
    case .copy: try owner.uffd.copy(from: source.start, to: page)
    case .copyProtected:
      try owner.uffd.copy(from: source.start, to: page, writeProtected: true)
    }
  }
}
