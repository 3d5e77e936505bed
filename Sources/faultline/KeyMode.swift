internal import Foundation
internal import Synchronization

/// Standard input's terminal while a run goes on: keys come one by one and are not shown; Ctrl-C, Ctrl-Z and Ctrl-\ are
/// signals as ever.
enum KeyMode {
  private static let isOn = Atomic<Bool>(false)
  // Written before `isOn` is set and read after it was taken, also by handlers of signals, which can take no lock.
  private nonisolated(unsafe) static var before = termios()

  /// Takes the keys, where standard input is a terminal and this process is in its foreground.
  ///
  /// - Returns: whether they come now.
  static func enter() -> Bool {
    guard isForeground else { return false }
    guard !isOn.load(ordering: .acquiring) else { return true }
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return false }
    before = mode
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0 else { return false }
    isOn.store(true, ordering: .releasing)
    return true
  }

  /// Leaves the terminal as it was; safe in a handler of a signal.
  ///
  /// In the background the terminal is somebody else's, who has set it as they like it.
  static func leave() {
    guard isOn.exchange(false, ordering: .acquiringAndReleasing), isForeground else { return }
    _ = tcsetattr(STDIN_FILENO, TCSANOW, &before)
  }

  private static var isForeground: Bool {
    isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
  }
}
