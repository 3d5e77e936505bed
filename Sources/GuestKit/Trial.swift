public import GuestProtocol
public import LinuxMM

/// One run of one case: checks, evidence and the ways to end early.
///
/// A body gets it as its first argument. The first check that does not hold ends the case with what was
/// expected and seen; an unexpected errno ends it as an error of the test.
public final class Trial: Sendable {
  /// The report pipe of the case's process; nil where reports go nowhere.
  private let reports: Int32?
  /// Where steps go.
  private let steps: Int32?

  // Told by the thread that runs the body; at worst two threads count a step once.
  nonisolated(unsafe) private var stepsLeft = 200

  /// Steps go where the report goes, unless they have a pipe of their own.
  init(reportingTo reports: Int32?, steps: Int32? = nil) {
    self.reports = reports
    self.steps = steps ?? reports
  }

  // MARK: checks

  // Texts are plain strings and every check ends in a function that is never inlined: with texts as
  // autoclosures the compiler made a copy of each check for each call, 3 kB apiece.

  /// Fails unless both are equal.
  public func expect<Value: Equatable>(_ seen: Value, equals expected: Value, _ what: String)
    throws(CaseEnd) where Value: CustomStringConvertible
  {
    step(what, is: expected.description)
    guard seen != expected else { return }
    throw Trial.mismatch(what, expected.description, seen.description)
  }

  /// Fails unless both texts are the same bytes.
  public func expect(_ seen: String, equals expected: String, _ what: String) throws(CaseEnd) {
    step(what, is: expected)
    guard !isSame(seen, expected) else { return }
    throw Trial.mismatch(what, expected, seen)
  }

  /// Fails unless the condition holds; both texts say what was expected and what is the case instead.
  @inline(never)
  public func expect(_ condition: Bool, expected: String, seen: String) throws(CaseEnd) {
    step(expected)
    guard !condition else { return }
    throw .failed(expected: expected, seen: seen)
  }

  /// Fails unless the call fails with that errno.
  public func expect<Value: ~Copyable>(
    _ expected: Errno, from what: String, _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) {
    var seen: Errno?
    do throws(Errno) { _ = try call() } catch { seen = error }
    try expect(seen, equals: expected, what)
  }

  /// Fails unless an errno is the expected one; nil is success on either side.
  @inline(never)
  public func expect(_ seen: Errno?, equals expected: Errno?, _ what: String) throws(CaseEnd) {
    step(what, is: expected?.description ?? "success")
    guard seen != expected else { return }
    throw Trial.mismatch(
      what, expected?.description ?? "success", seen?.description ?? "success")
  }

  /// Fails, with the errno, unless the call succeeds: for calls that are what is tested.
  @discardableResult
  public func expectSuccess<Value: ~Copyable>(
    of what: String, _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) -> Value {
    step(what, is: "success")
    do throws(Errno) { return try call() } catch {
      throw Trial.mismatch(what, "success", error.description)
    }
  }

  /// Ends the case as an error of the test unless the call succeeds: for set-up.
  @discardableResult
  public func attempt<Value: ~Copyable>(
    _ what: String, _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) -> Value {
    step(what)
    do throws(Errno) { return try call() } catch { throw Trial.trouble(what, error) }
  }

  @inline(never)
  static func mismatch(_ what: String, _ expected: String, _ seen: String) -> CaseEnd {
    .failed(expected: what + ": " + expected, seen: what + ": " + seen)
  }

  @inline(never)
  static func trouble(_ what: String, _ error: Errno) -> CaseEnd {
    .error(what + " failed with " + error.description)
  }

  // MARK: other ends

  /// Fails; for conditions that no other check says well.
  @inline(never)
  public func fail(expected: String, seen: String) throws(CaseEnd) -> Never {
    throw .failed(expected: expected, seen: seen)
  }

  /// Skips the rest: the kernel, configuration or machine lacks something only now found out.
  @inline(never)
  public func skip(_ kind: Outcome.SkipKind, _ text: String) throws(CaseEnd) -> Never {
    throw .skipped(kind, text)
  }

  /// Ends the case: the kernel did not take the path that the case is about.
  public func unexercised(_ text: String) throws(CaseEnd) -> Never { throw .unexercised(text) }

  /// The path was taken, or the case ends as unexercised: rule 3.
  @inline(never)
  public func prove(_ taken: Bool, otherwise text: String) throws(CaseEnd) {
    guard !taken else { return }
    throw .unexercised(text)
  }

  /// Skips unless the requirement is met.
  @inline(never)
  public func need(_ requirement: Requirement) throws(CaseEnd) {
    guard let lacking = requirement.lacking() else { return }
    throw .skipped(lacking.kind, lacking.text)
  }

  // MARK: evidence

  /// Says something measured, at once, so that it survives a crash later in the case.
  ///
  /// A key is lower case letters, digits, `_` and `.`; keys may repeat, the last one counts.
  public func evidence(_ key: String, _ value: some CustomStringConvertible) {
    report(Report.evidence(key, value.description).line)
  }

  static let leavesKey = "leaves"

  /// Says that the machine cannot be made what it was, such as after losing memory: what is missing after the case is no
  /// leak.
  public func leaves(_ what: String) { evidence(Trial.leavesKey, what) }

  // MARK: steps

  /// Says what is done or checked next; checks and `attempt` do so by themselves.
  ///
  /// The steps are what the catalogue shows of a case, and what is reported of one that fails. What only reads
  /// the state of things is no step. A case has 200 of them, its children as many each.
  @inline(never)
  public func step(_ what: String) {
    guard stepsLeft > 0, !what.utf8.starts(with: "reading ".utf8) else { return }
    stepsLeft -= 1
    guard let steps else { return }
    _ = try? System.emit(Report.step(what).line, to: steps)  // nobody is left, or it is full
  }

  @inline(never)
  func step(_ what: String, is expected: String) {
    guard stepsLeft > 0 else { return }
    step(what + ": " + expected)
  }

  func report(_ lines: String) {
    guard let reports else { return }
    _ = try? System.emit(lines, to: reports)  // the runner is gone: nobody is left to tell
  }
}
