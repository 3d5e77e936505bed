/// What happens in a cell: a step, or a few of which each meets what the one before left behind.
public struct Event: Sendable {
  public let steps: [Step]

  init(_ steps: Step...) { self.steps = steps }

  /// `none`, `swap`, `swap-fork-event`.
  public var name: String {
    guard let first = steps.first else { return "none" }
    return steps.dropFirst().reduce(first.rawValue) { $0 + "-" + $1.rawValue }
  }

  public func has(_ step: Step) -> Bool { steps.contains(step) }

  /// All of them: the table's rows.
  public static let all: [Event] =
    [Event()]
    + [
      .swap, .swapoff, .split, .collapse, .migrate, .fork, .forkEvent, .mremap, .mremapEvent,
      .mprotect, .dontneed, .zap, .remove, .truncate, .reclaim, .ksm, .unmap,
    ].map { Event($0) } + pairs

  private static let pairs: [Event] = [
    Event(.swap, .fork), Event(.swap, .forkEvent), Event(.swap, .mremap),
    Event(.swap, .mremapEvent), Event(.swap, .mprotect), Event(.swap, .dontneed),
    Event(.swap, .remove), Event(.swap, .truncate), Event(.swap, .unprotect),
    Event(.swap, .protect), Event(.swap, .unmap), Event(.swap, .load, .swap),
    Event(.swap, .load, .fork), Event(.swap, .load, .migrate), Event(.swap, .split),
    Event(.swap, .collapse),
    Event(.fork, .swap), Event(.forkEvent, .swap), Event(.forkEvent, .mremapEvent),
    Event(.fork, .mprotect), Event(.fork, .dontneed),
    Event(.split, .swap), Event(.split, .fork), Event(.split, .forkEvent),
    Event(.split, .migrate), Event(.split, .collapse),
    Event(.migrate, .swap), Event(.migrate, .fork), Event(.migrate, .forkEvent),
    Event(.migrate, .mprotect), Event(.migrate, .mremapEvent),
    Event(.mremap, .swap), Event(.mremapEvent, .swap), Event(.mremapEvent, .forkEvent),
    Event(.mremapEvent, .dontneed), Event(.mremapEvent, .migrate),
    Event(.dontneed, .fork), Event(.dontneed, .forkEvent), Event(.dontneed, .mremap),
    Event(.dontneed, .mremapEvent), Event(.dontneed, .mprotect), Event(.dontneed, .unprotect),
    Event(.dontneed, .load, .swap), Event(.dontneed, .truncate), Event(.dontneed, .unmap),
    Event(.zap, .protect), Event(.zap, .forkEvent), Event(.zap, .remove),
    Event(.remove, .forkEvent), Event(.remove, .protect),
    Event(.mprotect, .swap), Event(.mprotect, .forkEvent), Event(.mprotect, .split),
    Event(.mprotect, .collapse),
    Event(.unmap, .swap), Event(.unmap, .forkEvent),
  ]
}
