package import Results

/// What a person sees while a series is checked or mutants are run.
///
/// A line for each column that is done: `patch 3/12  built 14 s  boot 1.1 s  452 passed, 2 red`. On a
/// terminal a status line below says what goes on in every column that is worked on. A red result is
/// told when it happens, unless the base was red there too.
package struct CheckView {
  /// What is known of a column that is worked on.
  private struct Progress {
    var place = ""
    var buildMilliseconds: Int?
    var bootMilliseconds: Int?
    var tally = Tally()
    /// A column that ran nothing has no tally to tell.
    var isRun = false
  }

  private struct Case: Hashable {
    let suite: String
    let name: String
  }

  private var status: StatusLine
  /// Time since the check began.
  private let elapsed: () -> Duration
  private var active: [(column: CheckColumn, progress: Progress)] = []
  private var columnsDone = 0
  /// Columns in all; nil before the first event.
  private var columnCount: Int?
  private var redOnBase: Set<Case> = []
  private var red = 0
  /// What is done for the whole check and not for one column.
  private var task = ""

  /// - Parameters:
  ///   - screen: where to write.
  ///   - elapsed: the clock, as time since the check began.
  package init(screen: LiveView.Screen, elapsed: @escaping () -> Duration) {
    status = StatusLine(screen)
    self.elapsed = elapsed
  }

  /// Shows one event.
  package mutating func note(_ event: CheckEvent) {
    switch event {
    case .building(let column): update(column) { $0.place = "building" }
    case .compiled(let column, let objects): update(column) { $0.place = "building \(objects)" }
    case .built(let column, let milliseconds):
      update(column) {
        $0.buildMilliseconds = milliseconds
        $0.place = "built"
      }
    case .run(let column, let event): run(column, event)
    case .columnEnded(let column, let problem): ended(column, problem)
    case .bisecting(let name, let after, let before):
      task = "seeking \(name) between \(after) and \(before)"
      if !status.screen.isTerminal { status.line(Escaping.terminal(task)) }
    case .confirming(let column, let name, let cases, let runs):
      let more = cases > 1 ? " and \(cases - 1) more" : ""
      confirming(column, name + more, "\(runs) more runs on each side")
    case .notice(let text): status.line(Escaping.terminal(text))
    case .ended:
      status.clear()
      return
    }
    drawStatus()
  }

  /// Redraws the status line; call it about once a second so that the time moves.
  package mutating func tick() { drawStatus() }
}

extension CheckView {
  private mutating func update(_ column: CheckColumn, _ change: (inout Progress) -> Void) {
    task = ""
    columnCount = column.count + 1
    if let place = active.firstIndex(where: { $0.column == column }) {
      change(&active[place].progress)
    } else {
      var progress = Progress()
      change(&progress)
      active.append((column, progress))
    }
  }

  private mutating func run(_ column: CheckColumn, _ event: RunEvent) {
    switch event {
    case .guestBooting: update(column) { $0.place = "booting" }
    case .guestUp(let guest):
      update(column) {
        // A guest that a crash took along is booted again; the first boot is the column's.
        $0.bootMilliseconds = $0.bootMilliseconds ?? guest.bootMilliseconds
        $0.place = "up"
      }
    case .suiteStarted(_, let suite): update(column) { $0.place = suite }
    case .caseStarted(_, _, let name): update(column) { $0.place = name }
    case .caseEnded(let result): count(column, result, instead: nil)
    case .caseRevised(let result, let from):
      var earlier = result
      earlier.verdict = from
      count(column, result, instead: earlier)
    case .notice(let text): status.line(Escaping.terminal("\(column.label)  \(text)"))
    case .runStarted, .suiteEnded, .guestEnded, .runEnded: break
    }
  }

  private mutating func count(
    _ column: CheckColumn, _ result: CaseResult, instead earlier: CaseResult?
  ) {
    update(column) {
      if let earlier { $0.tally.remove(earlier) }
      $0.tally.add(result)
      $0.isRun = true
    }
    guard result.isRed else { return }
    let key = Case(suite: result.planned.suite, name: result.planned.name)
    if column.kind == .base { redOnBase.insert(key) }
    // What an earlier case took along is counted; the case that did it is told.
    guard result.verdict != .missing, column.kind == .base || !redOnBase.contains(key) else {
      return
    }
    if column.kind != .base { red += 1 }
    let why = [result.reason?.text, result.seen.map { "seen: \($0)" }].compactMap(\.self)
    let word = status.screen.style.paint("✗ " + result.verdict.rawValue.uppercased(), .bad)
    status.line(
      word
        + Escaping.terminal(
          "  \(column.label)  \(HumanReport.title(result.planned))"
            + (why.isEmpty ? "" : "  " + why.joined(separator: "; "))))
  }

  private mutating func ended(_ column: CheckColumn, _ problem: String?) {
    let progress = active.first { $0.column == column }?.progress ?? Progress()
    active.removeAll { $0.column == column }
    columnsDone += 1
    var parts = [status.screen.style.paint(column.label, .strong)]
    if let time = progress.buildMilliseconds {
      parts.append(time == 0 ? "cached" : "built \(TextLayout.time(milliseconds: time))")
    }
    if let time = progress.bootMilliseconds {
      parts.append("boot \(TextLayout.time(milliseconds: time))")
    }
    if progress.isRun { parts.append(words(progress.tally)) }
    if let problem {
      let first = problem.split(whereSeparator: \.isNewline).first ?? ""
      parts.append(status.screen.style.paint("✗ " + Escaping.terminal(first), .bad))
    }
    let title = TextLayout.cut(Escaping.terminal(column.title), 60)
    if !title.isEmpty { parts.append(status.screen.style.paint(title, .quiet)) }
    status.line(parts.joined(separator: "  "))
  }

  private mutating func confirming(_ column: CheckColumn, _ name: String, _ what: String) {
    task = "confirming \(name) of \(column.label): \(what)"
    if !status.screen.isTerminal { status.line(Escaping.terminal(task)) }
  }

  private func words(_ tally: Tally) -> String {
    var parts = ["\(tally.passed) passed"]
    if tally.red > 0 { parts.append(status.screen.style.paint("\(tally.red) red", .bad)) }
    if tally.known > 0 { parts.append("\(tally.known) known") }
    if tally.skipped > 0 { parts.append("\(tally.skipped) skipped") }
    return parts.joined(separator: ", ")
  }

  /// What is done, the time, and what goes on; cut to the width.
  private mutating func drawStatus() {
    let style = status.screen.style
    let seconds = max(0, Int(elapsed() / .seconds(1)))
    let done = "\(columnsDone)" + (columnCount.map { "/\($0)" } ?? " done")
    let places = active.map { "\($0.column.label) \($0.progress.place)" }
    let text = Escaping.terminal(([task] + places).filter { !$0.isEmpty }.joined(separator: " | "))
    let red = red
    status.draw { width in
      var parts: [(String, TerminalStyle.Paint)] = [(done, .strong)]
      if red > 0 { parts.append(("✗\(red)", .bad)) }
      parts.append((TextLayout.time(seconds: seconds), .quiet))
      let used = parts.map { $0.0.count + 2 }.reduce(0, +)
      guard used <= width else { return TextLayout.cut(done, width) }
      let painted = parts.map { style.paint($0.0, $0.1) }
      return (painted + [TextLayout.cut(text, width - used)]).joined(separator: "  ")
    }
  }
}
