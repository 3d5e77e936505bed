internal import Foundation
internal import Kernels
internal import Synchronization

/// Shows a build on standard error: one line that is redrawn on a terminal, else a line per build
/// and one a minute.
final class BuildProgress: Sendable {
  private struct State {
    var began = ContinuousClock.now
    var told = ContinuousClock.now
    var isLineShown = false
  }

  private let terminal = Terminal()
  private let state = Mutex(State())

  /// How often a log that is no terminal is told that a build goes on.
  private static let pause = Duration.seconds(60)

  /// Shows one event.
  func note(_ event: BuildEvent) {
    state.withLock { state in
      switch event {
      case .waiting(let kernel):
        line("\(kernel): another build works in the same tree; waiting", &state)
      case .configuring(let kernel):
        state.began = .now
        state.told = .now
        if terminal.isInteractive { draw("\(kernel): configuring", &state) }
      case .making(let kernel, let steps, let file): making(kernel, steps, file, &state)
      case .built(let kernel):
        let time = Self.time(.milliseconds(kernel.record.milliseconds))
        line("\(kernel.record.name): \(kernel.record.release) built in \(time)", &state)
      case .cached(let kernel):
        line("\(kernel.record.name): \(kernel.record.release) was built before", &state)
      }
    }
  }

  private func making(_ kernel: String, _ steps: Int, _ file: String, _ state: inout State) {
    let elapsed = ContinuousClock.now - state.began
    let text = "\(kernel): building, \(steps) steps, \(Self.time(elapsed))"
    if terminal.isInteractive {
      draw(text + "  " + file, &state)
    } else if ContinuousClock.now - state.told > Self.pause {
      state.told = .now
      line(text, &state)
    }
  }

  private func draw(_ text: String, _ state: inout State) {
    Terminal.err("\r\(text.prefix(max(0, Terminal().columns - 1)))\u{1B}[K")
    state.isLineShown = true
  }

  private func line(_ text: String, _ state: inout State) {
    if state.isLineShown { Terminal.err("\r\u{1B}[K") }
    state.isLineShown = false
    Terminal.err(text + "\n")
  }

  private static func time(_ duration: Duration) -> String {
    let seconds = Int(duration / .seconds(1))
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}
