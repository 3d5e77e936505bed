internal import Dispatch
internal import Foundation

/// Somebody who watches a run and asks how far it is, by `t` on its terminal or by SIGUSR1, stops it by Ctrl-Z and goes on.
final class StatusRequests: Sendable {
  /// What to do for them, on a thread of its own.
  struct Answers: Sendable {
    var tell: @Sendable () -> Void
    /// The screen is about to be another's.
    var hide: @Sendable () -> Void
    /// It is this run's again.
    var show: @Sendable () -> Void
  }

  /// What is written to the pipe to end; the numbers of signals are all above.
  private static let end: UInt8 = 0

  private let answers: Answers
  private let takesKeys: Bool
  private let pipe: (read: CInt, write: CInt)
  private let ended = DispatchSemaphore(value: 0)

  /// Listens from now on; nil when there is no pipe to be had, which costs the status and nothing else.
  ///
  /// Keys are taken only where there is a screen to answer on.
  init?(takesKeys: Bool, _ answers: Answers) {
    var ends: [CInt] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    self.answers = answers
    self.takesKeys = takesKeys
    pipe = (ends[0], ends[1])
    Heard.descriptor = ends[1]
    Heard.listen(to: SIGUSR1)
    if takesKeys {
      atexit { KeyMode.leave() }
      for number in [SIGTSTP, SIGCONT] { Heard.listen(to: number) }
      Heard.leaveTerminal(on: SIGQUIT)
    }
    Thread.detachNewThread { [self] in listen() }
  }

  /// Stops listening, and leaves the terminal as it was.
  func stop() {
    var byte = Self.end
    guard write(pipe.write, &byte, 1) == 1 else { return KeyMode.leave() }
    _ = ended.wait(timeout: .now() + 2)
    KeyMode.leave()
    guard takesKeys else { return }
    for number in [SIGTSTP, SIGCONT, SIGQUIT] { signal(number, SIG_DFL) }
  }

  private func listen() {
    Heard.unblock([SIGUSR1, SIGTSTP, SIGCONT, SIGQUIT])
    var hasKeys = takesKeys && KeyMode.enter()
    defer { ended.signal() }
    while true {
      var polled = [
        pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasKeys ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 else {
        if errno == EINTR { continue }
        return
      }
      for byte in bytes(of: pipe.read) ?? [] {
        switch CInt(byte) {
        case SIGUSR1: answers.tell()
        case SIGTSTP: suspend()
        case SIGCONT: break
        default: return
        }
        if takesKeys, byte != UInt8(SIGUSR1) {
          hasKeys = KeyMode.enter()
          answers.show()
        }
      }
      // A terminal that has gone away has no keys any more.
      guard hasKeys, polled[1].revents != 0 else { continue }
      let keys = bytes(of: STDIN_FILENO)
      if keys?.contains(where: { $0 == UInt8(ascii: "t") || $0 == UInt8(ascii: "T") }) == true {
        answers.tell()
      }
      hasKeys = keys.map { !$0.isEmpty } ?? false
    }
  }

  /// Stops this process as Ctrl-Z does, with the terminal as its shell wants it; returns when it goes on.
  private func suspend() {
    answers.hide()
    KeyMode.leave()
    signal(SIGTSTP, SIG_DFL)
    // Of this thread, so that it has happened when the call returns; where nobody could end it, the kernel does not begin it.
    raise(SIGTSTP)
    Heard.listen(to: SIGTSTP)
  }

  /// What can be read now; nil when that fails, empty at the end.
  private func bytes(of descriptor: CInt) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &buffer, buffer.count)
    return count < 0 ? nil : Array(buffer.prefix(count))
  }
}

/// Where handlers of signals leave word.
private enum Heard {
  // Set once before the first handler is there, and read by handlers.
  nonisolated(unsafe) static var descriptor: CInt = -1

  /// Has the number of a signal written to the pipe whenever it comes.
  ///
  /// Programs that are started have its default again.
  static func listen(to number: CInt) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      let error = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(Heard.descriptor, &byte, 1)
      errno = error
    }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  /// Leaves the terminal as it was before a signal ends the process.
  static func leaveTerminal(on number: CInt) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      KeyMode.leave()
      raise(number)
    }
    action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
    sigaction(number, &action, nil)
  }

  /// Lets this thread have signals that the one which made it may not want.
  static func unblock(_ numbers: [CInt]) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
