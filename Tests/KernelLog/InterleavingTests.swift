import KernelLog
import Testing

/// Two complaints at once, from real logs, merged in every way.
@Suite struct InterleavingTests {
  private static let names = [
    "real-6.12-lkdtm-warning-message.log", "real-6.12-lkdtm-bug.log", "real-6.12-shift.log",
    "real-6.12-double-free.log", "real-6.12-null-call.log", "real-6.12-lkdtm-corrupt-list-add.log",
    "real-6.12-slab-overwritten.log",
  ]

  private static let pairs: [[String]] = names.indices.flatMap { first in
    names.indices.dropFirst(first + 1).map { [names[first], names[$0]] }
  }

  /// A log without its marks, from the given task alone.
  private func lines(_ name: String, caller: String?) throws -> [String] {
    let text = String(decoding: try CorpusFile(name: name).log, as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.contains("faultline: ") }.map { line in
      // [   12.345678][   T74] message
      guard let close = line.firstIndex(of: "]"), line[close...].hasPrefix("]["),
        let end = line[line.index(after: close)...].firstIndex(of: "]")
      else { return String(line) }
      let stamp = line[...close] + (caller.map { "[\($0)]" } ?? "")
      return String(stamp + line[line.index(after: end)...])
    }
  }

  private func scan(_ lines: [String]) -> [Splat] {
    var scanner = KernelLogScanner()
    scanner.read((lines.joined(separator: "\n") + "\n").utf8)
    scanner.flush()
    return scanner.takeSplats()
  }

  /// `first` lines of the one, then by turns `steps.0` of the other and `steps.1` of the one.
  private func merged(
    _ one: [String], _ other: [String], first: Int, steps: (Int, Int)
  ) -> [String] {
    var (one, other) = (one[...], other[...])
    var result = Array(one.prefix(first))
    one = one.dropFirst(first)
    while !one.isEmpty || !other.isEmpty {
      result += other.prefix(steps.0)
      other = other.dropFirst(steps.0)
      result += one.prefix(steps.1)
      one = one.dropFirst(steps.1)
    }
    return result
  }

  private func patterns(_ one: [String], _ other: [String]) -> [[String]] {
    var all: [[String]] = []
    for first in 0..<one.count { all.append(merged(one, other, first: first, steps: (1, 1))) }
    for first in 0..<other.count { all.append(merged(other, one, first: first, steps: (1, 1))) }
    for a in [1, 2, 3, 7] {
      for b in [1, 2, 5, 11] { all.append(merged(one, other, first: 0, steps: (a, b))) }
    }
    return all
  }

  @Test("with PRINTK_CALLER each splat has its own lines and no others", arguments: pairs)
  func withCallers(names: [String]) throws {
    let one = try lines(names[0], caller: "  T501")
    let other = try lines(names[1], caller: "  T502")
    let alone = (scan(one) + scan(other)).map { Own($0) }.sorted()
    for lines in patterns(one, other) {
      let found = scan(lines).map { Own($0) }.sorted()
      try #require(found == alone)
    }
  }

  @Test("without it no complaint is lost, none is invented", arguments: pairs)
  func withoutCallers(names: [String]) throws {
    let one = try lines(names[0], caller: nil)
    let other = try lines(names[1], caller: nil)
    let alone = (scan(one) + scan(other)).map { kind($0) }.sorted()
    for lines in patterns(one, other) {
      let found = scan(lines).map { kind($0) }.sorted()
      try #require(found == alone, "\(lines.prefix(40).joined(separator: "\n"))")
    }
  }

  /// What a WARN or BUG says first can be lost on the way to it, or go to the other; that there is
  /// one cannot.
  private func kind(_ splat: Splat) -> String {
    [.listCorruption, .bug].contains(splat.kind) ? "warning" : splat.kind.rawValue
  }

  private struct Own: Equatable, Comparable {
    let kind: String
    let title: String
    let fingerprint: String
    let isFatal: Bool
    let text: String

    init(_ splat: Splat) {
      kind = splat.kind.rawValue
      title = splat.title
      fingerprint = splat.fingerprint
      isFatal = splat.isFatal
      text = splat.text
    }

    static func < (left: Own, right: Own) -> Bool { left.fingerprint < right.fingerprint }
  }
}
