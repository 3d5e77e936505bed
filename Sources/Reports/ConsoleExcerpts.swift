import Foundation
package import Results

/// The kernel log around what went wrong, taken from a run's `console.log`.
///
/// A splat is found by its first line, which has its time and stands there once; the log of a case that never ended begins
/// at its marker.
package struct ConsoleExcerpts: Sendable {
  /// How many lines are shown before and behind.
  private static let before = 12
  private static let behind = 12
  /// How many lines of a case that never ended are shown.
  private static let maximumTail = 40
  /// A line of the log is cut here, in bytes.
  private static let maximumLine = 400

  private var splats: [String: [String]] = [:]
  private var tails: [String: [String]] = [:]

  package init() {}

  /// Looks for what the run needs in the bytes of its console.
  package init(_ run: Run, console: some Sequence<UInt8>) {
    var wanted: [String: Int] = [:]
    for splat in run.results.flatMap(\.splats) {
      guard let line = Self.firstLine(splat.text) else { continue }
      wanted[line] = splat.text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    }
    let unended = run.results.filter {
      [.hang, .lost, .crash].contains($0.verdict) && $0.splats.isEmpty
    }
    let names = Set(unended.map(\.planned.name))
    guard !wanted.isEmpty || !names.isEmpty else { return }
    var scan = Scan(wanted: wanted, names: names)
    var line: [UInt8] = []
    for byte in console {
      if byte == UInt8(ascii: "\n") {
        scan.take(line)
        line.removeAll(keepingCapacity: true)
      } else if line.count < Self.maximumLine, byte != UInt8(ascii: "\r") {
        line.append(byte)
      }
    }
    scan.take(line)
    splats = scan.splats
    tails = scan.tails
  }

  /// The log around a splat; nil where it was not found.
  func around(_ splat: SplatRecord) -> String? {
    Self.firstLine(splat.text).flatMap { splats[$0] }?.joined(separator: "\n")
  }

  /// The log after the start of a case that never ended; nil when there is none.
  func afterStart(of name: String) -> String? {
    tails[name]?.joined(separator: "\n")
  }

  private static func firstLine(_ text: String) -> String? {
    let line = text.utf8.prefix { $0 != UInt8(ascii: "\n") }.prefix(maximumLine)
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  /// One pass over the log.
  private struct Scan {
    let wanted: [String: Int]
    let names: Set<String>
    var splats: [String: [String]] = [:]
    var tails: [String: [String]] = [:]
    private var recent: [String] = []
    private var open: [(key: String, left: Int)] = []
    private var tail: String?

    init(wanted: [String: Int], names: Set<String>) {
      self.wanted = wanted
      self.names = names
    }

    mutating func take(_ bytes: [UInt8]) {
      let line = String(decoding: bytes, as: UTF8.self)
      for index in open.indices { open[index].left -= 1 }
      for one in open { splats[one.key, default: []].append(line) }
      open.removeAll { $0.left <= 0 }
      if let count = wanted[line], splats[line] == nil {
        splats[line] = recent + [line]
        open.append((line, min(count, 200) + ConsoleExcerpts.behind))
      }
      takeTail(line)
      recent.append(line)
      if recent.count > ConsoleExcerpts.before { recent.removeFirst() }
    }

    private mutating func takeTail(_ line: String) {
      if line.contains("faultline: ") {
        if let tail, line.hasSuffix("faultline: case \(tail) end") { tails[tail] = nil }
        tail = nil
        if line.hasSuffix(" start"), let range = line.range(of: "faultline: case ") {
          let name = String(line[range.upperBound...].dropLast(" start".count))
          if names.contains(name) {
            tail = name
            tails[name] = []
          }
        }
      }
      guard let tail, tails[tail, default: []].count < ConsoleExcerpts.maximumTail else { return }
      tails[tail, default: []].append(line)
    }
  }
}
