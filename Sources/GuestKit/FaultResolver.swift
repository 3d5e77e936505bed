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
  let watch = ActionWatch()
  private let owner: OpenUserfaultfd
  private let stop: Descriptor
  private let pageSize: UInt64
  private let policy: FaultPolicy
  private let source: AddressRange
  private let trial: Trial

  /// Milliseconds that a resolution is tried again while the kernel says `EAGAIN`.
  private static let patience = 2000

  init(
    _ owner: OpenUserfaultfd, stop: consuming Descriptor, pageSize: UInt64, policy: FaultPolicy,
    trial: Trial
  ) throws(Errno) {
    let source = try Mapping(anonymous: pageSize, .private).relinquish()
    Memory.fill(source, with: FaultPolicy.copiedByte)
    self.owner = owner
    self.stop = stop
    self.pageSize = pageSize
    self.policy = policy
    self.source = source
    self.trial = trial
  }

  /// Serves until something can be read from `stop`, or the userfaultfd is broken.
  func run() {
    var waiting: [FaultEvent.Fault] = []
    while true {
      switch owner.uffd.waitForEvent(orStop: stop, milliseconds: 500) {
      case .stopped: return
      case .nothing: endIfStuck()
      case .event: break
      }
      readEvents(into: &waiting)
      var next = 0
      while next < waiting.count {
        resolve(waiting[next], &waiting)
        next += 1
      }
      waiting.removeAll(keepingCapacity: true)
    }
  }

  /// Ends the process as failed when the case's thread does not come back from a watched action.
  private func endIfStuck() {
    guard let what = watch.overdue() else { return }
    let seen = Trial.words(log.events().map { $0.kind })
    let end = CaseEnd.failed(
      expected: what + ": it comes back",
      seen: what + ": still blocked \(ActionWatch.limit.scaledMilliseconds) ms later, after " + seen
    )
    trial.report(Report.lines(for: end))
    System.exit(0)
  }

  /// Logs what has come and keeps the faults.
  private func readEvents(into waiting: inout [FaultEvent.Fault]) {
    while let event = log.take({ (try? owner.uffd.nextEvent()) ?? nil }) {  // the end, or taken
      if case .fault(let fault) = event { waiting.append(fault) }
    }
  }

  /// Resolves a fault.
  ///
  /// While a fork, a move or a removal is unread every call fails with `EAGAIN`, and for a moment after, until
  /// the task that waited for the reading has run: so events go on being read, and the call is repeated.
  private func resolve(_ fault: FaultEvent.Fault, _ waiting: inout [FaultEvent.Fault]) {
    for _ in 0..<FaultResolver.patience {
      do throws(Errno) {
        return try resolveOnce(fault)
      } catch {
        guard error == .again else {
          return trial.evidence("resolver_error", "\(error) at 0x\(hex(fault.address))")
        }
      }
      readEvents(into: &waiting)
      System.sleep(milliseconds: 1)
    }
    trial.evidence("resolver_error", "EAGAIN for ever at 0x\(hex(fault.address))")
  }

  private func resolveOnce(_ fault: FaultEvent.Fault) throws(Errno) {
    let start = fault.address / pageSize * pageSize
    let page = AddressRange(start: start, length: pageSize)
    switch fault.kind {
    case .writeProtect:
      if policy.writeProtect == .unprotect { try owner.uffd.unprotect(page) }
    case .minor:
      guard policy.minor != .leave else { return }
      try wakeIfThere(page) { (uffd) throws(Errno) in
        try uffd.continue(page, writeProtected: policy.minor == .continueProtected)
      }
    default:
      guard policy.missing != .leave else { return }
      try wakeIfThere(page) { (uffd) throws(Errno) in
        guard policy.missing != .zeroPage else { return try uffd.zeroPage(page) }
        return try uffd.copy(
          from: source.start, to: page, writeProtected: policy.missing == .copyProtected)
      }
    }
  }

  /// Fills a page; one that somebody else filled meanwhile (`EEXIST`) only needs its waiters woken.
  private func wakeIfThere(
    _ page: AddressRange, _ fill: (borrowing Userfaultfd) throws(Errno) -> Int64
  ) throws(Errno) {
    do throws(Errno) { _ = try fill(owner.uffd) } catch {
      guard error == .exists else { throw error }
      try owner.uffd.wake(page)
    }
  }
}
