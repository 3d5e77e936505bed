import Results
import Testing

@testable import Lab
@testable import Machine

/// A recorded conversation that goes wrong at every byte in every way: no verdict is invented, none is lost, none stands twice.
@Suite("a conversation that goes wrong")
struct ConversationTests {
  private let lines: ConversationLines
  private var bytes: [UInt8] { lines.bytes }

  init() throws {
    lines = ConversationLines(try Conversation.recorded())
  }

  /// Compares with the expectation; the same words at the same place are judged once.
  private struct Checker {
    let lines: ConversationLines
    var known: Set<String> = []
    var checked = 0

    /// What was heard must be worth exactly the first `worth` bytes.
    mutating func check(
      _ heard: Conversation, worth: Int, _ end: GuestEnd, _ what: @autoclosure () -> String
    ) {
      checked += 1
      let final = heard.finalEnd(end)
      let place = "\(lines.starts.firstIndex(of: worth) ?? -worth) \(final) "
      guard known.insert(place + heard.outputs.map(\.text).joined(separator: "\n")).inserted else {
        return
      }
      let results = heard.results(end)
      let names = results.map(\.planned.name)
      let actual = Dictionary(
        results.map { ($0.planned.name, $0.verdict) }, uniquingKeysWith: { $1 })
      let ended: GuestEnd = if case .guestGone(let gone) = final { gone } else { end }
      let expected = lines.expected(worth, ended)
      let isRight =
        actual == expected && names == Conversation.planned.map(\.name)
        && results.allSatisfy {
          $0.verdict != .missing || ended == .interrupted || $0.waitsForAnotherGuest
        }
      if !isRight { Issue.record("\(what()): \(actual), not \(expected)") }
    }
  }

  @Test("unharmed, it gives the verdicts that the guest said")
  func unharmed() {
    var heard = Conversation()
    heard.take(bytes)
    #expect(heard.breach == nil)
    #expect(heard.end == .ended(.exited(status: 1)))
    let results = heard.results(.clean)
    #expect(results.map(\.verdict) == [.pass, .fail, .skip, .unexercised, .error])
    #expect(results[1].seen == "2")
  }

  @Test(
    "cut or stalled at any byte: what was wholly heard counts, the running case has the guest's end"
  )
  func cuts() {
    let ends: [GuestEnd] = [
      .channelClosed(""), .vanished("QEMU was killed by signal 9"), .panic, .hung(.unknown),
      .interrupted,
    ]
    var checker = Checker(lines: lines)
    var heard = Conversation()
    for offset in 0...bytes.count {
      for end in ends where heard.end == nil {
        checker.check(heard, worth: offset, end, "cut at \(offset), \(end)")
      }
      #expect(heard.breach == nil)
      if offset < bytes.count { heard.take(bytes[offset...offset]) }
    }
    #expect(checker.checked > 5 * 5_000)
  }

  @Test(
    "any byte garbled, doubled or dropped: nothing after it is believed, the running case is an error"
  )
  func changes() {
    var checker = Checker(lines: lines)
    var heard = Conversation()
    for offset in bytes.indices {
      let byte = bytes[offset]
      let changes: [[UInt8]] =
        [0, 0xff, 0x0a, 0x22, 0x5c, byte ^ 1, byte ^ 0x20, byte ^ 0x80].filter { $0 != byte }
        .map { [$0] } + [[byte, byte], [], [byte, 0x0a], [0x0a, byte]]
      for change in changes {
        check(change, at: offset, after: heard, &checker)
      }
      heard.take([byte])
    }
    #expect(checker.checked > 10 * 5_000)
  }

  private func check(
    _ change: [UInt8], at offset: Int, after heard: Conversation, _ checker: inout Checker
  ) {
    let line = lines.line(of: offset)
    var harmed = heard
    harmed.take(change + bytes[(offset + 1)...])
    let isHarmless = makesEmptyLine(change, at: offset)
    let worth = isHarmless ? bytes.count : line == 0 ? 0 : lines.starts[line]
    if isHarmless {
      #expect(harmed.breach == nil)
    } else if line == 0 {
      // Without a greeting nothing is asked of the guest; boot/boot says so.
      #expect(!harmed.hasGreeted, "\(change) at \(offset)")
    } else if harmed.end == nil {
      #expect(harmed.breach != nil, "\(change) at \(offset)")
    }
    checker.check(harmed, worth: worth, .channelClosed(""), "\(change) at \(offset)")
  }

  /// Whether a change only adds a line break beside another one: an empty line says nothing.
  private func makesEmptyLine(_ change: [UInt8], at offset: Int) -> Bool {
    let byte = bytes[offset]
    switch change {
    case [10, byte]: return byte == 10 || lines.starts.contains(offset)
    case [byte, 10]: return byte == 10 || bytes[offset + 1] == 10
    default: return false
    }
  }

  @Test("replayed, and lines lost or swapped, at any place")
  func replays() {
    var checker = Checker(lines: lines)
    for (line, start) in lines.starts.enumerated().dropFirst() {
      var heard = Conversation()
      heard.take(bytes[..<start])
      for offset in stride(from: start, to: min(start + 200, bytes.count), by: 7) {
        var replayed = heard
        replayed.take(bytes[start..<offset] + bytes)
        let worth = lines.starts[lines.line(of: offset)]
        checker.check(replayed, worth: worth, .channelClosed(""), "replayed after \(offset)")
      }
      for back in lines.starts.prefix(line) {
        var replayed = heard
        replayed.take(bytes[back...])
        #expect(replayed.breach?.hasPrefix("replays its records") == true || heard.end != nil)
        checker.check(
          replayed, worth: start, .channelClosed(""), "replayed from \(back) at \(start)")
      }
      for skipped in lines.starts.dropFirst(line + 1).dropLast() {
        var gapped = heard
        gapped.take(bytes[skipped...])
        #expect(gapped.breach?.hasPrefix("lost records") == true || heard.end != nil)
        checker.check(gapped, worth: start, .channelClosed(""), "lost \(start)..<\(skipped)")
      }
    }
    #expect(checker.checked > 2_000)
  }
}
