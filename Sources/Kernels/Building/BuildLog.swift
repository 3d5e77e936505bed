/// What make's output says: how far it is, what the compiler warned of, and what went wrong first.
///
/// Read piece by piece while the build goes on. `--output-sync=target` keeps the lines of a target
/// together, so a warning belongs to the step before it.
struct BuildLog: Sendable {
  /// How many steps (compiling, linking, generating) were announced.
  private(set) var steps = 0
  /// What the last step makes: "mm/mprotect.o".
  private(set) var file = ""
  /// Compiler warnings by the object they came with; an object without is there with none.
  private(set) var warnings: [String: [String]] = [:]
  private(set) var isDiskFull = false

  private let source: String
  private var partial = ""
  private var lines: [String] = []
  private var firstError: Int?

  /// More lines than this around an error help nobody.
  private static let linesBefore = 3
  private static let linesAfter = 12
  /// What a log may keep; an endless loop in a makefile is cut.
  private static let maximumLines = 200_000

  /// - Parameter source: the folder whose name is cut off every path.
  init(source: String) {
    self.source = source.hasSuffix("/") ? source : source + "/"
  }

  /// Takes in more of the output.
  mutating func read(_ text: String) {
    let parts = (partial + text).split(separator: "\n", omittingEmptySubsequences: false)
    partial = String(parts.last ?? "")
    for line in parts.dropLast() { take(line) }
  }

  /// Takes in what stands after the last newline.
  mutating func finish() {
    if !partial.isEmpty { take(partial[...]) }
    partial = ""
  }

  /// The first error and the lines around it; the last lines when nothing looks like an error.
  var excerpt: [String] {
    guard let error = firstError else { return Array(lines.suffix(Self.linesAfter)) }
    let start = max(0, error - Self.linesBefore)
    var end = min(lines.count, error + Self.linesAfter)
    // What follows "make: *** … Error 1" is only how the failure travelled up.
    if let stop = lines[error..<end].firstIndex(where: { $0.contains("***") }), stop > error {
      end = stop + 1
    }
    return Array(lines[start..<end]).drop { Self.step(in: $0) != nil && $0 != lines[error] }
      .map { $0 }
  }

  private mutating func take(_ raw: Substring) {
    let line = raw.replacing(source, with: "")
    guard lines.count < Self.maximumLines else { return }
    lines.append(String(line))
    if let target = Self.step(in: line) {
      steps += 1
      file = target
      if target.hasSuffix(".o") { warnings[target] = [] }
    } else if line.contains(": warning: ") {
      warnings[file, default: []].append(String(line))
    } else if firstError == nil, Self.isError(line) {
      firstError = lines.count - 1
    }
    if line.contains("No space left on device") { isDiskFull = true }
  }

  /// "  CC      mm/mprotect.o" announces a step; nil for any other line.
  private static func step(in line: some StringProtocol) -> String? {
    guard line.hasPrefix("  "), let first = line.dropFirst(2).first, first.isUppercase else {
      return nil
    }
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].allSatisfy({ $0.isUppercase || $0.isNumber || $0 == "_" })
    else { return nil }
    // "[M]" stands between for modules.
    return words.last.map { String($0) }
  }

  private static func isError(_ line: some StringProtocol) -> Bool {
    [
      ": error: ", ": fatal error: ", "undefined reference to", "undefined symbol",
      "No rule to make target", ": Error ", "error: objtool", "No space left on device",
    ].contains { line.contains($0) } || line.contains("***")
  }
}
