import KernelLog
import Results

/// A digest of all that a run says, whatever the layout of its file: FNV-1a of 64 bits.
///
/// Only runs of the same id are ever told apart by it, so that it need not withstand anybody.
struct ContentDigest {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  var value: Int64 { Int64(bitPattern: state) }

  mutating func add(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  mutating func add(_ number: Int) {
    state = (state ^ UInt64(bitPattern: Int64(number))) &* 0x0000_0100_0000_01b3
    state ^= state >> 32
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    // No UTF-8 has it, so that two texts are never one.
    add(0xFF)
  }

  mutating func add(_ text: String?) {
    if let text { add(text) } else { add(0xFE) }
  }

  mutating func add(_ header: RunHeader) {
    add(header.id)
    add(header.started)
    add(header.elapsedMilliseconds ?? -1)
    add(header.seed.map { Int(truncatingIfNeeded: $0) } ?? -1)
    for guest in header.guests {
      add(guest.kernel)
      add(guest.machine)
      add(guest.release)
      add(guest.accelerator.rawValue)
      add(guest.acceleratorReason)
      add(guest.bootMilliseconds ?? -1)
      for (name, fact) in guest.facts.sorted(by: { $0.key < $1.key }) {
        add(name)
        add(fact.description)
      }
    }
  }

  mutating func add(_ result: CaseResult) {
    add(result.planned.kernel)
    add(result.planned.machine)
    add(result.planned.suite)
    add(result.planned.name)
    add(result.planned.repetition)
    add(result.verdict.rawValue)
    add(result.reason?.kind.rawValue)
    add(result.reason?.text)
    add(result.expected)
    add(result.seen)
    for (name, value) in result.evidence.sorted(by: { $0.key < $1.key }) {
      add(name)
      add(value)
    }
    for step in result.steps { add(step) }
    add(result.durationMilliseconds ?? -1)
    add(result.knownIssue)
    for splat in result.splats { add(splat) }
  }

  private mutating func add(_ splat: SplatRecord) {
    add(splat.kind.rawValue)
    add(splat.title)
    add(splat.fingerprint)
    add(splat.text)
    add(splat.fatal ? 1 : 0)
    add(splat.count)
    for frame in splat.frames { add(frame) }
  }
}
