public import LinuxMM

/// A userfaultfd with a thread that resolves its faults: the test's tracker of writes.
///
/// Calls end the case as an error of the test when they fail; a call whose errno is what is tested goes
/// through `uffd`. The descriptor stays open until `close()` or the end of the case's process, whatever
/// happens to this object.
public final class Tracker {
  /// The events so far.
  public let log: EventLog
  let watch: ActionWatch
  private let trial: Trial
  private let pageSize: UInt64
  private let policy: FaultPolicy
  private var owner: OpenUserfaultfd?
  private var stopping: Descriptor?
  private var thread: Thread?

  /// Opens a userfaultfd with features and starts its resolver.
  ///
  /// `pageSize` is the unit that faults are resolved in: that of the backing. With `userModeOnly` faults that
  /// the kernel raises are not delivered (5.11).
  public convenience init(
    _ trial: Trial, features: Userfaultfd.Features = [], pageSize: UInt64 = Memory.pageSize,
    userModeOnly: Bool = false, policy: FaultPolicy = FaultPolicy()
  ) throws(CaseEnd) {
    let owner = try trial.attempt(
      "userfaultfd with features \(features)",
      OpenUserfaultfd(try Userfaultfd(features: features, userModeOnly: userModeOnly)))
    try self.init(trial, owner, pageSize, policy)
  }

  /// Opens a tracker for one mapping and registers all of it.
  public convenience init(
    _ trial: Trial, of pages: Pages, for modes: Userfaultfd.Modes = .writeProtect,
    features: Userfaultfd.Features = [], policy: FaultPolicy = FaultPolicy()
  ) throws(CaseEnd) {
    try self.init(trial, features: features, pageSize: pages.pageSize, policy: policy)
    try register(pages, for: modes)
  }

  private init(
    _ trial: Trial, _ owner: OpenUserfaultfd, _ pageSize: UInt64, _ policy: FaultPolicy
  ) throws(CaseEnd) {
    let resolver: FaultResolver
    do throws(Errno) {
      var pipe = try Pipe()
      let stop = pipe.takeReading()
      resolver = try FaultResolver(
        owner, stop: stop, pageSize: pageSize, policy: policy, trial: trial)
      thread = try Thread { resolver.run() }
      stopping = pipe.takeWriting()
    } catch { throw .error("starting the fault resolver failed with \(error)") }
    log = resolver.log
    watch = resolver.watch
    self.owner = owner
    self.trial = trial
    self.pageSize = pageSize
    self.policy = policy
    _ = Unmanaged.passRetained(self)  // see the type's comment
  }

  /// Registers all of a mapping; returns what the range can do.
  @discardableResult
  @inline(never)
  public func register(_ pages: Pages, for modes: Userfaultfd.Modes = .writeProtect)
    throws(CaseEnd) -> Userfaultfd.Operations
  {
    let range = pages.range
    return try call("UFFDIO_REGISTER") { (uffd) throws(Errno) in
      try uffd.register(range, for: modes)
    }
  }

  @inline(never)
  public func unregister(_ pages: Pages) throws(CaseEnd) {
    let range = pages.range
    try call("UFFDIO_UNREGISTER") { (uffd) throws(Errno) in try uffd.unregister(range) }
  }

  /// Write-protects pages, all by default.
  @inline(never)
  public func protect(_ pages: Pages, _ some: Range<Int>? = nil) throws(CaseEnd) {
    let some = some ?? 0..<pages.count
    let range = pages.range(some)
    try call("protecting " + Trial.words(some)) { (uffd) throws(Errno) in
      try uffd.writeProtect(range)
    }
  }

  /// Write-protects one page.
  @inline(never)
  public func protect(_ pages: Pages, _ page: Int) throws(CaseEnd) {
    try protect(pages, page..<(page + 1))
  }

  /// Lifts the protection of pages, all by default, and wakes the waiting.
  @inline(never)
  public func unprotect(_ pages: Pages, _ some: Range<Int>? = nil) throws(CaseEnd) {
    let some = some ?? 0..<pages.count
    let range = pages.range(some)
    try call("lifting the protection of " + Trial.words(some)) { (uffd) throws(Errno) in
      try uffd.unprotect(range)
    }
  }

  /// The protection of one page.
  @inline(never)
  public func unprotect(_ pages: Pages, _ page: Int) throws(CaseEnd) {
    try unprotect(pages, page..<(page + 1))
  }

  /// Runs `body` with the userfaultfd; an errno ends the case as an error of the test.
  @discardableResult
  public func call<T>(_ what: String, _ body: (borrowing Userfaultfd) throws(Errno) -> T)
    throws(CaseEnd) -> T
  {
    let owner = try open()
    trial.step(what)
    do throws(Errno) { return try body(owner.uffd) } catch { throw Trial.trouble(what, error) }
  }

  /// The errno that `body` gets from the userfaultfd, or nil when it succeeds.
  public func errno(of body: (borrowing Userfaultfd) throws(Errno) -> Void) throws(CaseEnd)
    -> Errno?
  {
    let owner = try open()
    do throws(Errno) { try body(owner.uffd) } catch { return error }
    return nil
  }

  @inline(never)
  private func open() throws(CaseEnd) -> OpenUserfaultfd {
    guard let owner else { throw .error("a call on a closed userfaultfd") }
    return owner
  }

  /// What the handshake granted.
  public var granted: Userfaultfd.Features { owner?.uffd.granted.features ?? [] }

  /// Waits for a fork event and opens a tracker on the child's userfaultfd, with the same policy.
  ///
  /// Needs the feature `eventFork`. `index` counts the fork events of this tracker from 0.
  @inline(never)
  public func forked(_ index: Int = 0, within limit: Duration = .seconds(5)) throws(CaseEnd)
    -> Tracker
  {
    let deadline = System.nanoseconds + limit.scaledMilliseconds * 1_000_000
    while true {
      var descriptors: [Int32] = []
      for case .fork(let descriptor) in log.events() { descriptors.append(descriptor) }
      if index < descriptors.count {
        let owner = OpenUserfaultfd(Userfaultfd(adopting: descriptors[index]))
        return try Tracker(trial, owner, pageSize, policy)
      }
      guard System.nanoseconds < deadline else {
        throw .failed(
          expected: "fork event \(index + 1)", seen: "\(descriptors.count) fork events")
      }
      _ = log.wait(for: log.count + 1, within: .milliseconds(100))
    }
  }

  /// Ends the resolver and closes the userfaultfd; a test of what closing does.
  @inline(never)
  public func close() throws(CaseEnd) {
    stopping = nil  // the resolver sees the end of its pipe
    if let thread = thread.take() {
      do throws(Errno) { try thread.join() } catch {
        throw .error("joining the resolver failed with \(error)")
      }
    }
    owner = nil
  }
}
