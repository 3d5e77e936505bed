import Results
import Testing

@testable import Machine

@Suite("how a guest ended")
struct GuestEndingTests {
  /// What the host learns, in an order that occurs, and what it must conclude.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let events: [GuestEvent<Int>]
    var hasSaidBye = false
    var isRequested = false
    let end: GuestEnd
    var isSettled = true
  }

  static let rows = [
    Row(
      testDescription: "power-off after a goodbye",
      events: [.shutDown, .consoleEnded, .channelEnded(""), .exited(.exited(status: 0))],
      hasSaidBye: true, end: .clean),
    Row(
      testDescription: "the host asked for it, and QEMU was killed",
      events: [.exited(.signalled(9)), .consoleEnded, .channelEnded("")], isRequested: true,
      end: .clean),
    Row(
      testDescription: "reset without a goodbye",
      events: [.shutDown, .consoleEnded, .channelEnded("")], end: .panic),
    Row(
      testDescription: "reset, and QEMU's end is seen first",
      events: [.exited(.exited(status: 0)), .channelEnded(""), .consoleEnded, .shutDown],
      end: .panic),
    Row(
      testDescription: "pvpanic", events: [.crashed, .channelEnded(""), .consoleEnded], end: .panic),
    Row(
      testDescription: "QEMU killed by somebody",
      events: [.channelEnded(""), .consoleEnded, .exited(.signalled(9))],
      end: .vanished("QEMU was killed by signal 9")),
    Row(
      testDescription: "QEMU gave up",
      events: [
        .channelEnded(""), .consoleEnded, .exited(.exited(status: 1)), .stopped(failed: true),
      ],
      end: .vanished("QEMU exited with status 1")),
    Row(
      testDescription: "QEMU failed on another host",
      events: [.channelEnded(""), .consoleEnded, .stopped(failed: true)],
      end: .vanished("libvirt says that QEMU failed")),
    Row(
      testDescription: "somebody destroyed the domain",
      events: [.stopped(failed: false), .channelEnded(""), .consoleEnded],
      end: .vanished("its domain was destroyed")),
    Row(
      testDescription: "QEMU left without a reason, and nothing else comes",
      events: [.exited(.exited(status: 0)), .channelEnded(""), .consoleEnded],
      end: .vanished("QEMU exited"), isSettled: false),
    Row(
      testDescription: "only the port is closed",
      events: [.channelEnded("broken pipe")], end: .channelClosed("broken pipe"), isSettled: false),
  ]

  @Test("is told from all that was learned", arguments: rows)
  func verdict(row: Row) {
    var ending = GuestEnding()
    ending.hasSaidBye = row.hasSaidBye
    ending.isRequested = row.isRequested
    #expect(!ending.hasBegun)
    for event in row.events {
      let isAboutTheEnd = ending.note(event)
      #expect(isAboutTheEnd)
    }
    #expect(ending.hasBegun)
    #expect(ending.end == row.end)
    #expect(ending.isSettled == row.isSettled)
  }

  @Test("a record is no end, and a console taken over is none either")
  func notAnEnd() {
    var ending = GuestEnding()
    let events: [GuestEvent<Int>] = [.record(1), .broken(""), .consoleEnded]
    #expect(events.map { ending.note($0) } == [false, false, true])
    #expect(!ending.hasBegun)
  }
}

@Suite("heartbeat")
struct HeartbeatTests {
  private let deadlines = Deadlines(for: .kvm)

  @Test("a silent guest is asked, and given up when it does not answer")
  func silence() {
    let start = ContinuousClock.now
    var heartbeat = Heartbeat(deadlines, now: start)
    let later = start + deadlines.silence
    #expect(heartbeat.wake == later)
    var steps = [start, later, later].map { heartbeat.step(at: $0) }
    #expect(heartbeat.wake == later + deadlines.answer)
    steps.append(heartbeat.step(at: heartbeat.wake))
    #expect(steps == [.wait, .ask, .wait, .giveUp])
  }

  @Test("any record counts as an answer")
  func answer() {
    let start = ContinuousClock.now
    var heartbeat = Heartbeat(deadlines, now: start)
    let asked = start + deadlines.silence
    var steps = [heartbeat.step(at: asked)]
    heartbeat.hear(at: asked + .milliseconds(1))
    steps.append(heartbeat.step(at: asked + deadlines.answer))
    #expect(steps == [.ask, .ask])
  }
}

@Suite("deadlines")
struct DeadlinesTests {
  @Test("TCG has three times as long, and a scale multiplies that")
  func scale() {
    let kvm = Deadlines(for: .kvm)
    #expect(Deadlines(for: .tcg).greeting == kvm.greeting * 3)
    #expect(Deadlines(for: .kvm, scalePercent: 250).greeting == kvm.greeting * 5 / 2)
    #expect(kvm.greeting == .seconds(30))
  }

  @Test("what only the host does is never hurried")
  func host() {
    #expect(Deadlines(for: .kvm, scalePercent: 10).settling == Deadlines(for: .kvm).settling)
    #expect(Deadlines(for: .kvm, scalePercent: 10).exit == Deadlines(for: .kvm).exit)
  }
}
