import GuestKit
import LinuxMM

/// What the threads of a race share: pages with a counter each, and what the counters should be.
///
/// Each page has one writer, which adds one to its counter and then to the page's tally, in memory that nothing disturbs.
/// All of it is plain memory: threads talk through words that the compiler can neither drop nor move.
///
/// Writers with a `quota` stand still after so many stores at most, until the next round. What they stored can be
/// compared with what was told then, round after round: a page whose write was not told would be told of at its next one.
final class Field: Sendable {
  /// Where in a page its counter is.
  private static let place: UInt64 = 0x140
  static let writers = 2

  let first: UInt64
  let pageSize: UInt64
  let count: Int
  let range: AddressRange
  let isShared: Bool
  /// Stores of a writer in a round, at most; without one there are no rounds for writers.
  let quota: Int?
  /// 0 stop · 1 writers that ended · 2 page of a lost content, plus 1 · 3 what it should be · 4 what it was ·
  /// 5 writers that stand still · 6 the round; the tallies behind.
  private let board: UInt64
  private let counting = Monitor()

  init(_ trial: Trial, _ pages: Pages, quota: Int?) throws(CaseEnd) {
    first = pages.address(0)
    pageSize = pages.pageSize
    count = pages.count
    range = pages.range
    isShared = pages.backing.isShared
    self.quota = quota
    let length = Memory.pageSize * UInt64(1 + pages.count / 256)
    board = try trial.attempt(
      "mapping the tallies", try Mapping(anonymous: length, .shared).relinquish()
    ).start
    for page in 0..<pages.count { Memory.storeWord(counter(page), 0) }
  }

  func counter(_ page: Int) -> UInt64 { first + UInt64(page) * pageSize + Field.place }

  func value(_ page: Int) -> UInt64 { Memory.loadWord(counter(page)) }

  func tally(_ page: Int) -> UInt64 { Memory.loadWord(board + 64 + UInt64(page) * 8) }

  /// Some neighbouring pages.
  func part(_ numbers: inout SeededNumbers) -> AddressRange {
    let some = numbers.part(of: 0..<count)
    return AddressRange(
      start: first + UInt64(some.lowerBound) * pageSize, length: UInt64(some.count) * pageSize)
  }

  var isOver: Bool { Memory.loadWord(board) != 0 }

  func end() {
    counting.locked {
      Memory.storeWord(board, 1)
      counting.notify()
    }
  }

  /// Whether no writer will store any more: not before the next round, or never.
  var isQuiet: Bool {
    Memory.loadWord(board + 8) + Memory.loadWord(board + 40) == UInt64(Field.writers)
  }

  /// Waits until no writer stores any more; fails when one stays blocked.
  func awaitQuiet(_ trial: Trial, _ expected: String) throws(CaseEnd) {
    let limit = Duration.seconds(5).scaledMilliseconds
    guard counting.wait(milliseconds: limit, until: { isQuiet }) else {
      try trial.fail(expected: expected, seen: "one is still blocked 5 s later")
    }
  }

  /// Lets writers that stand still go on.
  func beginRound() {
    counting.locked {
      Memory.storeWord(board + 40, 0)
      Memory.storeWord(board + 48, Memory.loadWord(board + 48) + 1)
      counting.notify()
    }
  }

  /// A writer stores nothing until the next round or the end.
  private func standStill() {
    let round = Memory.loadWord(board + 48)
    counting.locked {
      Memory.storeWord(board + 40, Memory.loadWord(board + 40) + 1)
      counting.notify()
    }
    while !counting.wait(milliseconds: 1000, until: { isOver || isAfter(round) }) {}
    counting.locked {
      // Who ends does not stand any more; a new round has set that to nobody.
      if !isAfter(round) { Memory.storeWord(board + 40, Memory.loadWord(board + 40) - 1) }
    }
  }

  private func isAfter(_ round: UInt64) -> Bool { Memory.loadWord(board + 48) != round }

  /// A page that lost a store, with what it should have held and what it held.
  var loss: (page: Int, expected: UInt64, seen: UInt64)? {
    let page = Memory.loadWord(board + 16)
    guard page > 0 else { return nil }
    return (Int(page) - 1, Memory.loadWord(board + 24), Memory.loadWord(board + 32))
  }

  /// Starts the writers; each counts on its own pages, in an order of its own, until the end.
  func startWriters(_ trial: Trial) throws(CaseEnd) {
    for writer in 0..<Field.writers {
      let seed = trial.seed &+ UInt64(writer)
      do throws(Errno) { _ = try Thread { [self] in write(writer, SeededNumbers(seed)) } } catch {
        throw .error("starting a writer failed with \(error)")
      }
    }
  }

  private func write(_ writer: Int, _ seeded: SeededNumbers) {
    var numbers = seeded
    let own = (count - writer + Field.writers - 1) / Field.writers
    var stores = 0
    var left = allowance(&numbers)
    while !isOver {
      if left == 0 {
        standStill()
        left = allowance(&numbers)
        continue
      }
      left -= 1
      stores += 1
      // Where nothing stops a writer it would leave the others no time on two processors.
      if stores % 512 == 0 { System.sleep(milliseconds: 1) }
      store(to: numbers.next(below: own) * Field.writers + writer)
    }
    counting.locked {
      Memory.storeWord(board + 8, Memory.loadWord(board + 8) + 1)
      counting.notify()
    }
  }

  /// How much a writer may store in a round; nothing at all in some.
  private func allowance(_ numbers: inout SeededNumbers) -> Int {
    quota.map { numbers.next(below: $0 + 1) } ?? .max
  }

  /// Adds one to a page's counter, unless it is not what it was left at: then all is over.
  private func store(to page: Int) {
    let place = board + 64 + UInt64(page) * 8
    let expected = Memory.loadWord(place)
    let seen = value(page)
    guard seen == expected else {
      Memory.storeWord(board + 24, expected)
      Memory.storeWord(board + 32, seen)
      Memory.storeWord(board + 16, UInt64(page) + 1)
      return end()
    }
    Memory.storeWord(counter(page), expected + 1)
    Memory.storeWord(place, expected + 1)
  }

  /// Fails when a page lost a store, while the race went on or now.
  func expectNothingLost(_ trial: Trial) throws(CaseEnd) {
    if let loss {
      try trial.fail(
        expected: "page \(loss.page) holds \(loss.expected), what was stored last",
        seen: "page \(loss.page) holds \(loss.seen)")
    }
    for page in 0..<count {
      let (seen, expected) = (value(page), tally(page))
      guard seen != expected else { continue }
      try trial.fail(
        expected: "page \(page) holds \(expected) at the end, what was stored last",
        seen: "page \(page) holds \(seen)")
    }
  }

  var stores: UInt64 { (0..<count).reduce(0) { $0 + tally($1) } }
}
