internal import Foundation
internal import Kernels
internal import Machine
package import Results

/// A guest that stands still after a case that failed, for somebody to look at.
package struct KeptGuest: Sendable {
  private let machine: Machine
  /// What the case came to.
  package let result: CaseResult
  package let guest: Results.GuestRecord
  /// The kernel's image.
  package let image: String
  /// The pseudo-terminal of its console; nil when it is not known.
  package let console: String?

  init(
    _ machine: Machine, result: CaseResult, guest: Results.GuestRecord, image: String,
    console: String?
  ) {
    self.machine = machine
    self.result = result
    self.guest = guest
    self.image = image
    self.console = console
  }

  /// What somebody who wants to look at it has to know.
  package var record: KeptGuestRecord {
    KeptGuestRecord(
      name: machine.name, kernel: result.planned.kernel, machine: result.planned.machine,
      subject: result.planned.suite + "/" + result.planned.name, verdict: result.verdict,
      release: guest.release, image: image,
      symbols: DebugInfo(ofImage: image)?.file ?? DebugInfo.installed(for: guest.release),
      debugger: machine.debuggerSocket, console: console, keeper: Int(getpid()))
  }

  /// Does what another process asks for.
  package func answer(_ request: ControlRequest) async -> ControlAnswer {
    switch request {
    case .guests: return .guests([record])
    case .dump(let name, let path):
      guard name == machine.name else { return .refused("there is no such guest") }
      do {
        let dump = try await machine.dump(to: path)
        return .dumped(byteCount: dump.byteCount, hasKernelInfo: dump.kernelInfo != nil)
      } catch {
        return .refused("\(error)")
      }
    }
  }

  /// Whether it is still there: a gdb may have ended it.
  package var isAlive: Bool { machine.isAlive }

  /// Ends it, also while it is dumped.
  package func end() async {
    machine.kill()
    await machine.destroy()
  }
}
