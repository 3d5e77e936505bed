internal import Kernels
internal import Machine
internal import Results
internal import Synchronization

/// Where the first guest of a run that is worth it is kept.
///
/// One is enough: it takes its memory, and the run goes on with as many others as it needs.
final class Shelf: Sendable {
  private let isWorthy: @Sendable (CaseResult, Results.GuestRecord) -> Bool
  private let kept = Mutex<KeptGuest?>(nil)
  private let guests = Mutex(0)

  init(_ isWorthy: @escaping @Sendable (CaseResult, Results.GuestRecord) -> Bool) {
    self.isWorthy = isWorthy
  }

  /// Whether nothing is kept yet.
  var hasRoom: Bool { kept.withLock { $0 == nil } }

  /// A number that no guest of the run has had.
  func nextNumber() -> Int {
    guests.withLock { guests in
      guests += 1
      return guests
    }
  }

  /// Whether the guest of this result should be kept.
  func wants(_ result: CaseResult, _ guest: Results.GuestRecord) -> Bool {
    hasRoom && isWorthy(result, guest)
  }

  /// Takes a guest that stands still.
  func put(
    _ machine: Machine, _ result: CaseResult, _ guest: Results.GuestRecord,
    _ kernel: BootableKernel
  ) async {
    let console = await machine.releaseConsole()
    kept.withLock {
      $0 = KeptGuest(
        machine, result: result, guest: guest, image: kernel.image, console: console)
    }
  }

  /// Hands out what was kept.
  func take() -> KeptGuest? {
    kept.withLock { kept in
      defer { kept = nil }
      return kept
    }
  }
}
