/// A run of the history, or one kernel of it, as a command line names it.
package struct RunChoice: Equatable, Sendable {
  package let run: StoredRun
  /// nil for all of its kernels.
  package let kernel: String?
}

/// Why a command line's words name no run, or too many.
package enum RunChoiceError: Error, Equatable {
  /// With what there is, the newest first.
  case unknown(String, runs: [String], kernels: [String])
  case ambiguous(String, [String])
  case noKernel(String, run: String, kernels: [String])
  case tooFew(String)
}

extension RunChoiceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknown(let text, let runs, let kernels):
      """
      “\(text)” is no run, no kernel of the history, and no file
        runs:    \(runs.prefix(4).joined(separator: ", "))\(runs.count > 4 ? " …" : "")
        kernels: \(kernels.prefix(8).joined(separator: ", "))\(kernels.count > 8 ? " …" : "")
        try:     faultline runs
      """
    case .ambiguous(let text, let names):
      """
      “\(text)” is the beginning of \(names.count) runs
        runs: \(names.prefix(6).joined(separator: ", "))\(names.count > 6 ? " …" : "")
      """
    case .noKernel(let kernel, let run, let kernels):
      """
      the run \(run) has no kernel “\(kernel)”
        kernels: \(kernels.joined(separator: ", "))
      """
    case .tooFew(let text):
      """
      there is no “\(text)” run: the history has too few
        try: faultline runs
      """
    }
  }
}

extension History {
  /// What a word means: `latest`, `previous`, an id or the beginning of one, a kernel, `RUN:KERNEL`.
  ///
  /// - Throws: `RunChoiceError`.
  package func choice(_ text: String) throws -> RunChoice { try choice(text, among: runs()) }

  /// What two words mean; of two kernels the newest run that has both.
  ///
  /// - Throws: `RunChoiceError`.
  package func choices(_ first: String, _ second: String) throws -> (RunChoice, RunChoice) {
    let runs = try runs()
    let both = runs.first { $0.kernels.contains(first) && $0.kernels.contains(second) }
    if let both, !runs.contains(where: { $0.name == first || $0.name == second }) {
      return (RunChoice(run: both, kernel: first), RunChoice(run: both, kernel: second))
    }
    return (try choice(first, among: runs), try choice(second, among: runs))
  }

  private func choice(_ text: String, among runs: [StoredRun]) throws -> RunChoice {
    do {
      return try whole(text, among: runs)
    } catch RunChoiceError.unknown {
      guard let colon = text.lastIndex(of: ":") else { throw unknown(text, among: runs) }
      let kernel = String(text[text.index(after: colon)...])
      let run: StoredRun
      do {
        run = try whole(String(text[..<colon]), among: runs).run
      } catch RunChoiceError.unknown {
        throw unknown(text, among: runs)
      }
      guard run.kernels.contains(kernel) else {
        throw RunChoiceError.noKernel(kernel, run: run.name, kernels: run.kernels)
      }
      return RunChoice(run: run, kernel: kernel)
    }
  }

  private func whole(_ text: String, among runs: [StoredRun]) throws -> RunChoice {
    if let run = runs.first(where: { $0.name == text }) { return RunChoice(run: run, kernel: nil) }
    if let place = ["latest", "previous"].firstIndex(of: text) {
      guard runs.count > place else { throw RunChoiceError.tooFew(text) }
      return RunChoice(run: runs[place], kernel: nil)
    }
    if let run = runs.first(where: { $0.kernels.contains(text) }) {
      return RunChoice(run: run, kernel: text)
    }
    let begun = text.isEmpty ? [] : runs.filter { $0.name.hasPrefix(text) }
    if begun.count > 1 { throw RunChoiceError.ambiguous(text, begun.map(\.name)) }
    guard let run = begun.first else { throw unknown(text, among: runs) }
    return RunChoice(run: run, kernel: nil)
  }

  private func unknown(_ text: String, among runs: [StoredRun]) -> RunChoiceError {
    var kernels: [String] = []
    for run in runs.prefix(100) {
      for kernel in run.kernels where !kernels.contains(kernel) { kernels.append(kernel) }
    }
    return .unknown(text, runs: runs.map(\.name), kernels: kernels)
  }
}
