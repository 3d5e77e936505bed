import Reports
import Testing

@Suite struct TerminalStyleTests {
  @Test(
    "colours need a terminal and nobody who objects",
    arguments: [
      (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
      (true, ["NO_COLOR": ""], true), (true, ["TERM": "dumb"], false),
    ] as [(Bool, [String: String], Bool)])
  func colours(isTerminal: Bool, environment: [String: String], isColored: Bool) {
    let style = TerminalStyle(isTerminal: isTerminal, environment: environment)
    #expect(style.isColored == isColored)
  }

  @Test("plain style adds nothing")
  func plain() {
    #expect(TerminalStyle.plain.paint("x", .bad) == "x")
    #expect(TerminalStyle.colored.paint("x", .bad) == "\u{1B}[1;31mx\u{1B}[0m")
    #expect(TerminalStyle.colored.paint("", .bad).isEmpty)
  }
}
