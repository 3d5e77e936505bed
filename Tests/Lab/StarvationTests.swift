@testable import Lab
import Testing

@Suite("a guest without a processor") struct StarvationTests {
  private let start = ContinuousClock.now

  /// What is seen of a case that begins 10 s after the first look and has waited `wait` when it is `age` old.
  private func isSeen(wait: Duration, age: Duration) -> Bool {
    var starvation = Starvation(now: start)
    starvation.note(.seconds(4), now: start)
    starvation.note(.seconds(5), now: start + .seconds(10))
    starvation.begin(now: start + .seconds(10))
    starvation.note(.seconds(5) + wait, now: start + .seconds(10) + age)
    return starvation.isSeen
  }

  @Test("one that waits most of the time is starved, and what came before the case does not count")
  func share() {
    #expect(isSeen(wait: .seconds(6), age: .seconds(10)))
    #expect(!isSeen(wait: .seconds(4), age: .seconds(10)))
  }

  @Test("a case that has just begun tells nothing")
  func young() {
    #expect(!isSeen(wait: .seconds(2), age: .seconds(2)))
  }

  @Test("the next case begins anew")
  func anew() {
    var starvation = Starvation(now: start)
    starvation.note(.zero, now: start)
    starvation.note(.seconds(9), now: start + .seconds(10))
    #expect(starvation.isSeen)
    starvation.begin(now: start + .seconds(10))
    #expect(!starvation.isSeen)
  }

  @Test("without a look before the case it counts from the first look")
  func late() {
    var starvation = Starvation(now: start)
    starvation.begin(now: start)
    starvation.note(.seconds(100), now: start + .seconds(10))
    #expect(!starvation.isSeen)
    starvation.note(.seconds(104), now: start + .seconds(15))
    #expect(starvation.isSeen)
  }
}
