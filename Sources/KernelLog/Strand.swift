/// The lines of one printer among those of a console: with PRINTK_CALLER of one task or CPU, else of all.
struct Strand: Sendable {
  /// Own lines kept before a splat: a check says first what is wrong, and `cut here` comes after it.
  static let recentLines = 2
  /// A splat whose printer is silent for so many lines of others is over.
  static let patience = 1000

  /// `T123`, `C0`; nil without PRINTK_CALLER.
  let caller: String?
  var open: OpenSplat?
  /// What stands since `cut here`, which comes before a header.
  private(set) var cut: [ConsoleLine] = []
  /// The console line of `cut here`, counted from 1.
  private(set) var cutNumber = 0
  /// The last own lines outside of splats.
  private(set) var recent: [ConsoleLine] = []
  /// The console line that was this printer's last.
  var lastLine = 0

  init(caller: String?) {
    self.caller = caller
  }

  /// Whether something has begun and not ended.
  var isBusy: Bool { open != nil || !cut.isEmpty }

  mutating func remember(_ line: ConsoleLine) {
    recent.append(line)
    if recent.count > Self.recentLines { recent.removeFirst() }
  }

  mutating func beginCut(_ line: ConsoleLine, number: Int) {
    cut = [line]
    cutNumber = number
  }

  mutating func addToCut(_ line: ConsoleLine) {
    cut.append(line)
  }

  /// Hands out what stands since `cut here`.
  mutating func takeCut() -> [ConsoleLine] {
    defer { cut = [] }
    return cut
  }
}
