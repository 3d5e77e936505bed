/// The lines of KTAP, each tried at the cursor's place.
extension KTAPCursor {
  /// `KTAP version 1`, `TAP version 13`, `TAP version 14`: any number, since nothing depends on it.
  var isVersion: Bool {
    var probe = self
    guard probe.take("KTAP version ") || probe.take("TAP version ") else { return false }
    return probe.takeNumber() != nil && probe.isEmpty
  }

  /// `1..N`, perhaps with `# SKIP reason`.
  func plan() -> (count: Int, skipReason: String?)? {
    var probe = self
    guard probe.take("1.."), let count = probe.takeNumber() else { return nil }
    _ = probe.takeSpaces()
    if probe.isEmpty { return (count, nil) }
    guard probe.take("#") else { return nil }
    _ = probe.takeSpaces()
    return (count, probe.takeWord("SKIP") ? probe.string : nil)
  }

  /// `ok|not ok [N] [- ][NAME][ # [DIRECTIVE] [text] [time_ms=N]]`.
  func point(depth: Int) -> KTAPPoint? {
    var rest = self
    let ok = !rest.take("not ok")
    if ok { guard rest.take("ok") else { return nil } }
    // A word such as "okay", or "ok" inside a sentence, is no result.
    let spaces = rest.takeSpaces()
    let number = rest.takeNumber()
    guard spaces > 0 else { return nil }
    guard number != nil || rest.peek(UInt8(ascii: "-")) || rest.peek(UInt8(ascii: "#"))
    else { return nil }
    var point = KTAPPoint(number: number, ok: ok, name: "", depth: depth)
    rest.readDescription(into: &point)
    return point
  }

  private func readDescription(into point: inout KTAPPoint) {
    var description = self
    var tail: KTAPCursor?
    if let parts = split(at: UInt8(ascii: "#")) {
      description = parts.before
      tail = parts.after
    }
    _ = description.takeSpaces()
    if description.take("- ") { _ = description.takeSpaces() }
    point.name = description.string
    guard var tail else { return }
    point.timeMilliseconds = tail.takeTrailingTime()
    _ = tail.takeSpaces()
    point.directive = tail.takeDirective()
    if point.name.isEmpty, point.directive != nil {
      // kselftest.h prints the directive before the name.
      point.name = tail.string
    } else {
      point.text = tail.string
    }
  }

  private mutating func takeDirective() -> KTAPPoint.Directive? {
    if takeWord("SKIP") { return .skip }
    if takeWord("TODO") { return .todo }
    if takeWord("XFAIL") { return .expectedFailure }
    if takeWord("XPASS") { return .unexpectedPass }
    if takeWord("TIMEOUT") { return .timeout }
    if takeWord("ERROR") { return .error }
    return nil
  }

  /// Takes `time_ms=N` off the end of the line.
  private mutating func takeTrailingTime() -> Int? {
    guard let (before, from) = splitBeforeLast("time_ms=") else { return nil }
    var probe = from
    guard probe.take("time_ms="), let time = probe.takeNumber(), probe.isEmpty else { return nil }
    self = before
    return time
  }

  /// `KEY=VALUE`; nil when there is no `=` or the key is empty.
  func keyAndValue() -> (key: String, value: String)? {
    guard let (key, value) = split(at: UInt8(ascii: "=")), !key.string.isEmpty else { return nil }
    return (key.string, value.string)
  }

  /// `pass:A fail:B …`, in any order; what is not understood ends the line.
  func totals() -> KTAPTotals {
    var totals = KTAPTotals()
    var rest = self
    while true {
      _ = rest.takeSpaces()
      if rest.take("pass:") {
        totals.pass = rest.takeNumber() ?? 0
      } else if rest.take("fail:") {
        totals.fail = rest.takeNumber() ?? 0
      } else if rest.take("xfail:") {
        totals.expectedFailure = rest.takeNumber() ?? 0
      } else if rest.take("xpass:") {
        totals.unexpectedPass = rest.takeNumber() ?? 0
      } else if rest.take("skip:") {
        totals.skip = rest.takeNumber() ?? 0
      } else if rest.take("error:") {
        totals.error = rest.takeNumber() ?? 0
      } else {
        return totals
      }
    }
  }

  /// A result line at the end of other text, believed only when it carries the number that is due
  /// and does not continue a word.
  func gluedPoint(number: Int) -> (before: String, point: KTAPPoint)? {
    for spelling in ["not ok ", "ok "] {
      guard let (before, from) = splitBeforeLast(spelling + "\(number) "),
        !before.endsInLetter, let point = from.point(depth: 0)
      else { continue }
      return (before.string, point)
    }
    return nil
  }

  /// `# case NAME` at the end of other text.
  func gluedCase() -> (before: String, name: String)? {
    guard let (before, from) = splitBeforeLast("# case ") else { return nil }
    var rest = from
    guard rest.take("# case "), CaseID(rest.string) != nil else { return nil }
    return (before.string, rest.string)
  }
}
