import Results

/// What the redrawn line says, and the lines that are asked for.
extension LiveView {
  /// Screens from this many columns on have room for a bar.
  private static let barFrom = 72
  private static let barCells = 12
  /// From so long on the time of the running case is shown; most are over by then.
  private static let shownFrom = Duration.seconds(2)

  /// Counts and time always; then what the guest does, cut to what room is left, and the running case's time.
  func status(width: Int) -> String {
    var parts: [(String, TerminalStyle.Paint?)] = [("\(tally.total)/\(planned)", .strong)]
    if width >= Self.barFrom, planned > 0 { parts.insert((bar, .quiet), at: 0) }
    if tally.red > 0 { parts.append(("✗\(tally.red)", .bad)) }
    if tally.known > 0 { parts.append(("~\(tally.known)", .known)) }
    if tally.skipped > 0 { parts.append(("-\(tally.skipped)", .quiet)) }
    parts.append((TextLayout.time(seconds: seconds(elapsed())), .quiet))
    let used = parts.map(\.0.count).reduce(0, +) + 2 * parts.count
    let painted = parts.map { text, paint in paint.map { screen.style.paint(text, $0) } ?? text }
    guard used <= width else { return TextLayout.cut("\(tally.total)/\(planned)", width) }
    return (painted + doing(room: width - used)).joined(separator: "  ")
  }

  /// `[=====>      ]`.
  private var bar: String {
    let cells = min(Self.barCells, tally.total * Self.barCells / max(1, planned))
    let head = cells < Self.barCells ? ">" : ""
    let done = String(repeating: "=", count: cells) + head
    return "[" + TextLayout.left(done, Self.barCells) + "]"
  }

  /// What the guest that was heard last does.
  private func doing(room: Int) -> [String] {
    guard let guest = activity.latest else { return [""] }
    let text = Escaping.terminal(words(guest))
    guard let running = guest.running, elapsed() - running.since >= Self.shownFrom else {
      return [TextLayout.cut(text, room)]
    }
    let time = TextLayout.time(seconds: seconds(elapsed() - running.since))
    guard time.count + 2 < room else { return [TextLayout.cut(text, room)] }
    let isSlow =
      deadline(guest).map { CasePace.isSlow(milliseconds(elapsed() - running.since), of: $0) }
      ?? false
    return [
      TextLayout.cut(text, room - time.count - 2),
      screen.style.paint(time, isSlow ? .known : .quiet),
    ]
  }

  /// The whole state in lines: the counts, then each guest.
  func report() -> [String] {
    var counts = ["\(tally.total) of \(planned) done", "\(tally.red) red"]
    if tally.known > 0 { counts.append("\(tally.known) known") }
    if tally.skipped > 0 { counts.append("\(tally.skipped) skipped") }
    let time = TextLayout.time(seconds: seconds(elapsed()))
    let head = screen.style.paint(counts.joined(separator: ", "), .strong) + " after \(time)"
    return [head]
      + activity.guests.map { guest in
        guard let running = guest.running else { return Escaping.terminal("  " + words(guest)) }
        let time = TextLayout.time(seconds: seconds(elapsed() - running.since))
        let limit = deadline(guest).map { " of \(TextLayout.time(milliseconds: $0))" } ?? ""
        return Escaping.terminal("  \(words(guest))  for \(time)\(limit)")
      }
  }

  private func words(_ guest: LiveActivity.Guest) -> String {
    [guest.place, guest.doing, guest.running?.name ?? ""].filter { !$0.isEmpty }
      .joined(separator: "  ")
  }

  private func deadline(_ guest: LiveActivity.Guest) -> Int? {
    guest.running.flatMap {
      pace.deadline(suite: guest.suite, name: $0.name, slowness: guest.slowness)
    }
  }

  private func milliseconds(_ duration: Duration) -> Int {
    max(0, Int(duration / .milliseconds(1)))
  }

  private func seconds(_ duration: Duration) -> Int { milliseconds(duration) / 1_000 }
}
