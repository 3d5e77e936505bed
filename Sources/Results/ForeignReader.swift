package import GuestProtocol

/// Makes cases of what a program printed that is not ours, as leniently as the world's TAP demands.
///
/// Every result line at the outer level is a case; `exit` is one more, for how the program ended. Results are believed in
/// whatever order, with or without a plan; `docs/foreign-programs.md` says what becomes of what.
package struct ForeignReader: Sendable {
  /// The case that every foreign program has.
  package static let exit = "exit"
  /// More points than this are dropped.
  static let maximumPoints = 10_000
  /// More points than this are not said to be missing one by one.
  static let maximumMissing = 1_000

  private var names = ForeignNames()
  /// What each number was reported as, to know a line that a forked child printed again.
  private var heard: [Int: KTAPPoint] = [:]
  private var count = 0
  private var planned: Int?
  private var skipReason: String?
  private var bailOut: String?
  private var mismatch: String?
  private var failedChild: String?
  /// The last lines that were no result: why the next point failed, most probably.
  private var remarks: [String] = []
  private var failures = 0
  private var skips = 0
  private var leak: (expected: String, seen: String)?
  private var end: String?

  package init() {}

  /// The name under which a foreign program is a suite.
  package static func suiteName(ofProgram fileName: String) -> String {
    let plain = ForeignNames.plain(fileName).replacing("/", with: "-")
    // `boot/boot` is the kernel's own.
    return plain.isEmpty || plain == "boot" ? "program" + (plain.isEmpty ? "" : "-") + plain : plain
  }

  /// Takes one event; gives the results that became known with it.
  package mutating func take(
    _ event: KTAPEvent, into transcript: inout SuiteTranscript
  ) -> [CaseResult] {
    switch event {
    case .plan(let count, let reason, 0):
      planned = count
      if count == 0 { skipReason = reason ?? "the program planned nothing" }
    case .point(let point): return take(point, into: &transcript)
    case .bailOut(let text): bailOut = text
    case .planMismatch(let planned, let ran):
      mismatch = "the program planned \(planned) points and ran \(ran)"
    case .evidence, .step, .expected, .seen: transcript.note(event)
    case .diagnostic(let text): return take(diagnostic: text, into: &transcript)
    case .unknown(let text): remark(text)
    case .version, .plan, .caseStarted, .totals: break
    }
    return []
  }

  private mutating func take(
    _ point: KTAPPoint, into transcript: inout SuiteTranscript
  ) -> [CaseResult] {
    guard point.depth == 0 else {
      if Claim(point).isFailure { failedChild = point.name }
      return []
    }
    guard count < Self.maximumPoints else { return [] }
    if let number = point.number {
      guard heard[number] != point else { return [] }
      heard[number] = point
    }
    count += 1
    let (name, original) = names.name(of: point, ordinal: count)
    var verdict = point
    verdict.name = name
    if point.ok, point.directive == nil, let failedChild {
      verdict.ok = false
      verdict.text = "its subtest \(failedChild) failed"
    }
    failedChild = nil
    // `ok 2 # SKIP TEXT`: the text is the name, or the other way round.
    if point.directive == .skip, point.text.isEmpty { verdict.text = point.name }
    let claim = Claim(verdict)
    if claim.isFailure { failures += 1 }
    if case .skip = claim { skips += 1 }
    transcript.expect(name, markedAs: "point/\(count)")
    if original != name { transcript.note(.evidence(key: "name", value: original)) }
    if claim.isFailure, !remarks.isEmpty {
      transcript.note(.seen(remarks.joined(separator: " / ")))
    }
    remarks = []
    return transcript.note(.point(verdict)).map { [$0] } ?? []
  }

  private mutating func remark(_ text: String) {
    guard !text.isEmpty else { return }
    remarks.append(String(text.prefix(300)))
    if remarks.count > 3 { remarks.removeFirst() }
  }

  /// The escort's own words come after the program's last.
  private mutating func take(
    diagnostic text: String, into transcript: inout SuiteTranscript
  ) -> [CaseResult] {
    if text.hasPrefix("faultline leak ") {
      let parts = text.dropFirst(15).split(separator: " | ", maxSplits: 1)
      leak = (parts.first.map { String($0) } ?? "", parts.last.map { String($0) } ?? "")
    } else if text.hasPrefix("faultline end ") {
      let end = String(text.dropFirst(14))
      self.end = end
      if let leak {
        transcript.note(.expected(leak.expected))
        transcript.note(.seen(leak.seen))
      }
      return transcript.note(.point(exitPoint(end))).map { [$0] } ?? []
    } else {
      remark(text)
    }
    return []
  }

  /// Says of each point that was planned and never came that it is missing.
  package mutating func finish(_ transcript: inout SuiteTranscript) {
    guard let planned, skipReason == nil, planned > count else { return }
    // From the end, where points are missing: the program may have planned a thousand million.
    var open: [Int] = []
    let wanted = min(planned - count, Self.maximumMissing)
    for number in stride(from: planned, to: 0, by: -1) where heard[number] == nil {
      open.append(number)
      if open.count == wanted { break }
    }
    let end = end.map { "the program \(Self.words($0))" } ?? "the guest was gone"
    for number in open.reversed() {
      let why = "\(end), and point \(number) of \(planned) had not come"
      transcript.expect(names.fresh("point-\(number)"), missing: Reason(.unreported, why))
    }
  }
}

/// How the program ended.
extension ForeignReader {
  private func exitPoint(_ end: String) -> KTAPPoint {
    let words = end.split(separator: " ")
    let status = words.first == "exited" ? words.last.flatMap { Int($0) } : nil
    var point = KTAPPoint(number: nil, ok: true, name: Self.exit)
    let problem = problem(end, status)
    if words.first == "late" {
      point.ok = false
      point.directive = .timeout
      point.text = "the program \(Self.words(end))"
    } else if words.first == "failed" {
      point.ok = false
      point.directive = .error
      point.text = "the program \(Self.words(end))"
    } else if let bailOut, status != nil {
      point.ok = false
      point.directive = .error
      point.text = "the program gave up: \(bailOut)"
    } else if let problem {
      point.ok = false
      point.text = problem
    } else if leak != nil {
      point.ok = false
    } else if let skipReason {
      point.directive = .skip
      point.text = skipReason
    } else if count == 0, status == 4 {
      point.directive = .skip
      point.text = "the program ended with status 4"
    }
    return point
  }

  /// What is wrong with how the program ended; nil when its points explain it.
  private func problem(_ end: String, _ status: Int?) -> String? {
    guard let status else { return "the program \(Self.words(end))" }
    // Of a child that ended as if it were the whole program it means nothing (ksm_functional_tests of 6.12).
    if let mismatch, count < planned ?? .max { return mismatch }
    switch status {
    case 0: return nil
    case 4 where count == 0 || skips > 0 || skipReason != nil: return nil
    case 1 where failures > 0: return nil
    // kselftest.h: only expected failures, or unexpected passes.
    case 2 where count > 0, 3 where count > 0: return nil
    default:
      let points = count == 0 ? "" : failures == 0 ? " although no point failed" : ""
      return "the program \(Self.words(end))" + points
    }
  }

  private static func words(_ end: String) -> String {
    let words = end.split(separator: " ")
    let last = words.last.map { String($0) } ?? ""
    switch words.first {
    case "exited": return "ended with status \(last)"
    case "signalled": return "was killed by \(last)"
    case "late": return "had not ended after \((Int(last) ?? 0) / 1_000) s"
    default: return "could not be run: \(last)"
    }
  }
}
