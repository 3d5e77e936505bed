import Results

/// The command that checks the same series again, or only some of its cases.
struct CheckCommand {
  let program: String
  /// The series as it was given.
  let series: String
  let base: SeriesCheck.Base

  /// The words of the command, safe for a shell, each option with its value.
  func words(strategy: String? = nil, cases: [(suite: String, name: String)] = []) -> [String] {
    var words = [program, "check", Escaping.shellWord(series), option("base", base.source)]
    words += base.config.filter { $0 != "base" }.map { option("config", $0) }
    if base.machine != "default" { words.append(option("machine", base.machine)) }
    if let strategy { words.append(option("strategy", strategy)) }
    let names = TextLayout.unique(cases.filter { $0.suite != "boot" }.map(\.name))
    if names.count <= RerunCommand.maximumNames {
      words += names.map { option("filter", $0) }
    } else {
      words += TextLayout.unique(cases.map(\.suite)).map { option("suite", $0) }
    }
    return words
  }

  private func option(_ name: String, _ value: String) -> String {
    "--\(name) \(Escaping.shellWord(value))"
  }
}
