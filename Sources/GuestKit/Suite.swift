internal import LinuxMM

/// A test program: a list of cases and its main function.
public enum Suite {
  /// Runs the program as its command line says, and ends it; the exit status is kselftest's.
  ///
  /// 0 passed, 1 something failed, 4 everything was skipped, 64 for a wrong command line.
  public static func main(@CaseList _ cases: () -> [Case]) -> Never {
    System.exit(run(cases(), arguments: Array(System.arguments.dropFirst())))
  }

  static func run(_ cases: [Case], arguments words: [String]) -> Int32 {
    let arguments: Arguments
    do throws(Arguments.Problem) { arguments = try Arguments(words) } catch {
      say("error: \(error.description)\n\(Arguments.usage)", to: 2)
      return 64
    }
    if arguments.help {
      say(Arguments.usage)
      return 0
    }
    if let twice = firstDuplicate(cases) {
      say("error: two cases are called \(twice)\n", to: 2)
      return 70
    }
    let selected = cases.filter { arguments.selects($0.name) }
    if arguments.list {
      for one in selected { say(listing(one)) }
      return 0
    }
    guard !selected.isEmpty || arguments.filters.isEmpty else {
      let globs = arguments.filters.joined(separator: ",")
      say("error: no case matches \(globs); --list shows them all\n", to: 2)
      return 64
    }
    var runner = Runner(steps: arguments.steps)
    return runner.run(selected)
  }

  /// One line of `--list`: name, requirements, deadline in milliseconds, summary, with tabs between.
  ///
  /// A requirement that came with a version of Linux has it behind an `@`: `wp-async@6.7`.
  static func listing(_ one: Case) -> String {
    let names = one.needs.map { $0.listing }
    let needs = names.isEmpty ? "-" : names.joined(separator: ",")
    return "\(one.name)\t\(needs)\t\(one.deadline.scaledMilliseconds)\t\(one.summary)\n"
  }

  private static func firstDuplicate(_ cases: [Case]) -> String? {
    for (index, one) in cases.enumerated() {
      if cases[..<index].contains(where: { isSame($0.name, one.name) }) { return one.name }
    }
    return nil
  }

  /// Writes at once and whole.
  static func say(_ text: String, to descriptor: Int32 = 1) {
    _ = try? System.emit(text, to: descriptor)  // nobody listens any more
  }
}
