package import Results

/// The last runs of cases, a strip for each kernel and machine.
package struct CaseHistoryReport: Sendable {
  private let style: TerminalStyle

  package init(style: TerminalStyle) {
    self.style = style
  }

  package func write(_ histories: [CaseHistory], to output: inout some TextOutputStream) {
    var lines: [String] = []
    var last = ""
    let machines = Set(histories.map(\.machine)).count
    let names = histories.map { place($0, machines) }
    let margin = names.map(\.count).max() ?? 0
    for (history, name) in zip(histories, names) {
      let title = HumanReport.title(
        PlannedCase(kernel: "", machine: "", suite: history.suite, name: history.name))
      if title != last {
        if !last.isEmpty { lines.append("") }
        lines.append(style.paint(Escaping.terminal(title), .strong))
        last = title
      }
      let strip = history.entries.map { mark($0.tally.state) }.joined()
      lines.append("  \(TextLayout.left(name, margin))  \(strip)")
      lines += facts(history).map { String(repeating: " ", count: margin + 4) + $0 }
    }
    if !histories.isEmpty {
      lines += ["", style.paint(Self.legend, .quiet)]
    }
    output.write(lines.joined(separator: "\n") + "\n")
  }

  private static let legend =
    "oldest first: . pass  F fail  C crash  H hang  k known  s skip  u unexercised  E error  "
    + "L lost  - missing"

  private func place(_ history: CaseHistory, _ machines: Int) -> String {
    Escaping.terminal(
      machines > 1 ? "\(history.kernel) on \(history.machine)" : history.kernel)
  }

  private func mark(_ state: SideState) -> String {
    switch state {
    case .known: style.paint("k", .known)
    case .absent: " "
    case .verdict(.pass): style.paint(".", .good)
    case .verdict(.fail): style.paint("F", .bad)
    case .verdict(.crash): style.paint("C", .bad)
    case .verdict(.hang): style.paint("H", .bad)
    case .verdict(.skip): style.paint("s", .quiet)
    case .verdict(.unexercised): style.paint("u", .known)
    case .verdict(.error): style.paint("E", .known)
    case .verdict(.lost): style.paint("L", .known)
    case .verdict(.missing): style.paint("-", .known)
    }
  }

  private func facts(_ history: CaseHistory) -> [String] {
    let failures = history.failures
    guard failures.runs > 0 else { return [] }
    var lines: [String] = []
    if let bad = history.firstBad {
      let good = history.lastGood.map { "last good \(run($0))" } ?? "never good"
      lines.append("first bad \(run(bad)), \(good)")
    }
    lines.append(Self.rate(history))
    return lines
  }

  /// `failed 1/30 (95 %: 0.6 % to 16.7 %), 2 flips, streak 12`.
  static func rate(_ history: CaseHistory) -> String {
    let failures = history.failures
    let range = "\(percent(history.interval.low)) to \(percent(history.interval.high))"
    return "failed \(failures.fails)/\(failures.runs) (95 %: \(range)), "
      + "\(TextLayout.count(history.flips, "flip")), streak \(history.streak)"
  }

  private func run(_ entry: CaseHistory.Entry) -> String {
    Escaping.terminal(entry.run) + (entry.started.map { " (\(Escaping.terminal($0)))" } ?? "")
  }

  private static func percent(_ rate: Double) -> String {
    let tenths = Int((rate * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}
