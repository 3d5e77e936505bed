import Foundation
import GuestProtocol
import Results

@testable import Lab
@testable import Machine

/// One guest's side of a run of `test-trouble`, as far as it was heard, and the verdicts that come of it.
struct Conversation {
  static let planned = ["pass", "fail", "skip", "unexercised", "error"].map {
    PlannedCase(
      kernel: "debian-6.12", machine: "default", suite: "test-trouble", name: "trouble.\($0)")
  }
  /// What the recorded guest said of them.
  static let verdicts: [String: Verdict] = [
    "trouble.pass": .pass, "trouble.fail": .fail, "trouble.skip": .skip,
    "trouble.unexercised": .unexercised, "trouble.error": .error,
  ]

  /// The bytes that a guest with Debian's 6.12 wrote to its port.
  static func recorded() throws -> [UInt8] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Conversations/debian-6.12.jsonl")
    return Array(try Data(contentsOf: file))
  }

  private var port = GuestConversation()
  private var hearing = ProgramHearing(run: 1)
  private(set) var hasGreeted = false
  private(set) var outputs: [ProgramOutput] = []
  private(set) var end: ProgramRun.End?
  private(set) var breach: String?

  /// Takes bytes as the port gives them; what is said without a greeting before it concerns nobody.
  mutating func take(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    var events: [GuestConversation.Event] = []
    bytes.withUnsafeBytes { port.take($0) { events.append($0) } }
    for event in events where end == nil {
      switch event {
      case .broken(let flaw): breach = flaw
      case .record(.hello): hasGreeted = true
      case .record(let record):
        guard hasGreeted else { continue }
        switch hearing.take(record, isOverdue: false) {
        case .output(let output): outputs.append(output)
        case .end(let end): self.end = end
        case nil: break
        }
      }
    }
  }

  /// How the program's run ended when the guest then ends like this.
  func finalEnd(_ guest: GuestEnd) -> ProgramRun.End {
    end ?? .guestGone(breach.map { .broken($0) } ?? guest)
  }

  /// Every verdict when the guest then ends like this, by the same path that a run's take.
  func results(_ guest: GuestEnd, of planned: [PlannedCase] = planned) -> [CaseResult] {
    let ear = SuiteEar("test-trouble", planned: planned, kernel: "debian-6.12", log: nil) { _ in }
    var end = finalEnd(guest)
    for output in outputs {
      do throws(ListeningEnd) {
        try ear.hear(output)
      } catch {
        end = .guestGone(error.guestEnd)
        break
      }
    }
    ear.end(ProgramRun(end: end, hasStarted: hearing.hasStarted, duration: .zero))
    return ear.conclude().results
  }
}

/// The recorded lines: what has been heard after how many bytes.
struct ConversationLines {
  let bytes: [UInt8]
  /// The offsets at which lines start, and the end of the last.
  let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    starts = [0] + bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
  }

  /// The line that has a byte.
  func line(of offset: Int) -> Int { starts.lastIndex { $0 <= offset } ?? 0 }

  /// Whether a line with that text is among the first so many bytes, wholly.
  private func holds(_ text: String, before offset: Int) -> Bool {
    zip(starts, starts.dropFirst()).contains { start, end in
      end <= offset && String(decoding: bytes[start..<end], as: UTF8.self).contains(text)
    }
  }

  /// What the verdicts must be when only so many bytes count and the guest then ends like this.
  ///
  /// Nothing of the harness is used to find out: a plain search in the lines.
  func expected(_ offset: Int, _ end: GuestEnd) -> [String: Verdict] {
    var verdicts: [String: Verdict] = [:]
    for name in Conversation.planned.map(\.name) {
      if holds(" \(name) # ", before: offset) {
        verdicts[name] = Conversation.verdicts[name]
      } else if holds("\"# case \(name)\"", before: offset) {
        verdicts[name] =
          switch end {
          case .panic: .crash
          case .hung: .hang
          case .broken: .error
          case .interrupted: .missing
          case .clean, .vanished, .channelClosed, .kept: .lost
          }
      } else {
        verdicts[name] = .missing
      }
    }
    return verdicts
  }
}
