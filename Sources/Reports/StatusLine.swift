/// Plain lines, and below them on a terminal one line that is redrawn.
struct StatusLine {
  let screen: LiveView.Screen
  private var isShown = false

  init(_ screen: LiveView.Screen) {
    self.screen = screen
  }

  /// Writes a line that stays.
  mutating func line(_ text: String) {
    clear()
    screen.write(text + "\n")
  }

  /// Takes the redrawn line away.
  mutating func clear() {
    guard isShown else { return }
    screen.write("\r\u{1B}[K")
    isShown = false
  }

  /// Redraws the line, unless the screen is no terminal; `text` is given the columns it may take.
  mutating func draw(_ text: (_ width: Int) -> String) {
    guard screen.isTerminal else { return }
    screen.write("\r\(text(screen.width() - 1))\u{1B}[K")
    isShown = true
  }
}
