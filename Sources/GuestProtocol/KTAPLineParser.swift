/// Turns one line of KTAP into events; remembers only what the next line needs.
struct KTAPLineParser: Sendable {
  /// How many `# ` a subtest's lines carry now; kselftest's runner nests that way instead of
  /// indenting.
  private var commentDepth = 0
  /// The number the next point at depth 0 should have: what makes a glued result line recognisable.
  private var nextNumber = 1

  mutating func parse(_ line: ArraySlice<UInt8>, _ emit: (KTAPEvent) -> Void) {
    var cursor = KTAPCursor(line)
    cursor.dropTrailingSpace()
    cursor.dropPrintkPrefix()
    let depth = cursor.takeSpaces() / 2
    if cursor.isEmpty { return }
    if cursor.peek(UInt8(ascii: "#")) {
      parseComment(cursor, emit)
    } else if !parseTest(cursor, depth: depth, emit) {
      parseUnknown(cursor, emit)
    }
  }

  /// A version, a plan or a result.
  private mutating func parseTest(
    _ cursor: KTAPCursor, depth: Int, _ emit: (KTAPEvent) -> Void
  ) -> Bool {
    if cursor.isVersion {
      emit(.version(depth: depth))
    } else if let plan = cursor.plan() {
      emit(.plan(count: plan.count, skipReason: plan.skipReason, depth: depth))
    } else if let point = cursor.point(depth: depth) {
      if depth == 0 {
        nextNumber = (point.number ?? nextNumber) &+ 1
        commentDepth = 0
      }
      emit(.point(point))
    } else {
      return false
    }
    return true
  }

  private mutating func parseComment(_ cursor: KTAPCursor, _ emit: (KTAPEvent) -> Void) {
    var inner = cursor
    var prefixes = 0
    while inner.take("# ") { prefixes += 1 }
    if inner.isVersion {
      commentDepth = prefixes
      emit(.version(depth: prefixes))
      return
    }
    if prefixes > 0, prefixes <= commentDepth, parseTest(inner, depth: prefixes, emit) {
      commentDepth = prefixes
      return
    }
    var text = cursor
    _ = text.take("#")
    _ = text.takeSpaces()
    if !parseKeyword(text, emit) { emit(.diagnostic(text.string)) }
  }

  private func parseKeyword(_ cursor: KTAPCursor, _ emit: (KTAPEvent) -> Void) -> Bool {
    var rest = cursor
    if rest.take("case ") {
      emit(.caseStarted(rest.string))
    } else if rest.take("evidence "), let pair = rest.keyAndValue() {
      emit(.evidence(key: pair.key, value: pair.value))
    } else if rest.take("step ") {
      emit(.step(rest.string))
    } else if rest.take("expected ") {
      emit(.expected(rest.string))
    } else if rest.take("seen ") {
      emit(.seen(rest.string))
    } else if rest.take("Totals:") {
      emit(.totals(rest.totals()))
    } else if rest.take("Planned tests != run tests ("), let planned = rest.takeNumber(),
      rest.take(" != "), let ran = rest.takeNumber()
    {
      emit(.planMismatch(planned: planned, ran: ran))
    } else if let bail = cursor.after("Bail out!") {
      emit(.bailOut(bail.string))
    } else {
      return false
    }
    return true
  }

  /// A line that is no KTAP from its start may still end in some, glued to a print without newline.
  private mutating func parseUnknown(_ cursor: KTAPCursor, _ emit: (KTAPEvent) -> Void) {
    if let bail = cursor.after("Bail out!") {
      emit(.bailOut(bail.string))
      return
    }
    if let (before, point) = cursor.gluedPoint(number: nextNumber) {
      emit(.unknown(before))
      nextNumber &+= 1
      emit(.point(point))
      return
    }
    if let (before, name) = cursor.gluedCase() {
      emit(.unknown(before))
      emit(.caseStarted(name))
      return
    }
    emit(.unknown(cursor.string))
  }
}
