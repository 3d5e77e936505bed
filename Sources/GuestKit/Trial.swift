public import GuestProtocol
public import LinuxMM

/// One run of one case: checks, evidence and the ways to end early.
///
/// A body gets it as its first argument. The first check that does not hold ends the case with what was
/// expected and seen; an unexpected errno ends it as an error of the test.
public final class Trial: Sendable {
  /// The report pipe of the case's process; nil where reports go nowhere.
  private let reports: Int32?

  init(reportingTo reports: Int32?) { self.reports = reports }

  // MARK: checks

  /// Fails unless both are equal.
  public func expect<Value: Equatable>(
    _ seen: Value, equals expected: Value, _ what: @autoclosure () -> String
  ) throws(CaseEnd) where Value: CustomStringConvertible {
    guard seen != expected else { return }
    throw .failed(
      expected: "\(what()): \(expected.description)", seen: "\(what()): \(seen.description)")
  }

  /// Fails unless both texts are the same bytes.
  public func expect(_ seen: String, equals expected: String, _ what: @autoclosure () -> String)
    throws(CaseEnd)
  {
    guard !isSame(seen, expected) else { return }
    throw .failed(expected: "\(what()): \(expected)", seen: "\(what()): \(seen)")
  }

  /// Fails unless the condition holds; both texts say what was expected and what is the case instead.
  public func expect(
    _ condition: Bool, expected: @autoclosure () -> String, seen: @autoclosure () -> String
  ) throws(CaseEnd) {
    guard !condition else { return }
    throw .failed(expected: expected(), seen: seen())
  }

  /// Fails unless the call fails with that errno.
  public func expect<Value: ~Copyable>(
    _ expected: Errno, from what: @autoclosure () -> String,
    _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) {
    do throws(Errno) {
      _ = try call()
    } catch {
      guard error != expected else { return }
      throw .failed(expected: "\(what()): \(expected)", seen: "\(what()): \(error)")
    }
    throw .failed(expected: "\(what()): \(expected)", seen: "\(what()): success")
  }

  /// Fails, with the errno, unless the call succeeds: for calls that are what is tested.
  @discardableResult
  public func expectSuccess<Value: ~Copyable>(
    of what: @autoclosure () -> String, _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) -> Value {
    do throws(Errno) {
      return try call()
    } catch {
      throw .failed(expected: "\(what()): success", seen: "\(what()): \(error)")
    }
  }

  /// Ends the case as an error of the test unless the call succeeds: for set-up.
  @discardableResult
  public func attempt<Value: ~Copyable>(
    _ what: @autoclosure () -> String, _ call: @autoclosure () throws(Errno) -> Value
  ) throws(CaseEnd) -> Value {
    do throws(Errno) {
      return try call()
    } catch {
      throw .error("\(what()) failed with \(error)")
    }
  }

  // MARK: other ends

  /// Fails; for conditions that no other check says well.
  public func fail(expected: String, seen: String) throws(CaseEnd) -> Never {
    throw .failed(expected: expected, seen: seen)
  }

  /// Skips the rest: the kernel, configuration or machine lacks something only now found out.
  public func skip(_ kind: Outcome.SkipKind, _ text: String) throws(CaseEnd) -> Never {
    throw .skipped(kind, text)
  }

  /// Ends the case: the kernel did not take the path that the case is about.
  public func unexercised(_ text: String) throws(CaseEnd) -> Never { throw .unexercised(text) }

  /// The path was taken, or the case ends as unexercised: rule 3.
  public func prove(_ taken: Bool, otherwise text: @autoclosure () -> String) throws(CaseEnd) {
    guard !taken else { return }
    throw .unexercised(text())
  }

  /// Skips unless the requirement is met.
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

  func report(_ lines: String) {
    guard let reports else { return }
    // The runner is gone when its pipe is; there is nobody left to tell.
    _ = try? System.emit(lines, to: reports)  // see above
  }
}
