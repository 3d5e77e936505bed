import KernelLog
import Testing

/// What a fingerprint must not depend on, tried on every real log.
@Suite struct FingerprintTests {
  private static let real = CorpusFile.names.filter { $0.hasPrefix("real-") }

  private func fingerprints(_ text: some StringProtocol) -> [String] {
    var scanner = KernelLogScanner()
    scanner.read(text.utf8)
    scanner.flush()
    return scanner.takeSplats().map(\.fingerprint)
  }

  @Test("addresses, numbers of tasks and CPUs, times and offsets change nothing", arguments: real)
  func otherNumbers(name: String) throws {
    let file = try CorpusFile(name: name)
    let text = String(decoding: file.log, as: UTF8.self)
    let other = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Renumbering.apply(to: $0) }.joined(separator: "\n")
    try #require(other != text)
    #expect(fingerprints(other) == file.expected.map(\.fingerprint))
  }

  /// Two CPUs really took turns there, and without callers nobody can tell whose a frame is.
  private static let interleaved: Set<String> = ["real-7.2-two-warnings.log"]

  @Test("without PRINTK_CALLER nothing changes", arguments: real)
  func withoutCallers(name: String) throws {
    let file = try CorpusFile(name: name)
    let text = String(decoding: file.log, as: UTF8.self)
    guard text.contains("]["), !Self.interleaved.contains(name) else { return }
    let bare = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let close = line.firstIndex(of: "]"), line[close...].hasPrefix("]["),
        let end = line[line.index(after: close)...].firstIndex(of: "]")
      else { return String(line) }
      return String(line[...close] + line[line.index(after: end)...])
    }
    #expect(fingerprints(bare.joined(separator: "\n")) == file.expected.map(\.fingerprint))
  }

  @Test("the same bug has one fingerprint on every kernel whose backtrace names the same functions")
  func acrossKernels() throws {
    var common: [Substring: Set<String>] = [:]
    var counts: [Substring: Int] = [:]
    for name in Self.real {
      let words = name.dropLast(4).split(separator: "-", maxSplits: 2)
      // On 6.12 `lkdtm_do_action` stands between, which a fingerprint of three functions sees.
      if ["5.10", "6.1"].contains(words[1]), words[2].hasPrefix("lkdtm-") { continue }
      let found = Set(try CorpusFile(name: name).expected.map(\.fingerprint))
      guard !found.isEmpty else { continue }
      common[words[2]] = common[words[2]]?.intersection(found) ?? found
      counts[words[2], default: 0] += 1
    }
    #expect(counts.values.filter { $0 > 1 }.count >= 40)
    let differ = common.filter { $0.value.isEmpty }.keys.map { String($0) }
    #expect(differ.sorted() == Self.differ.keys.sorted())
  }

  /// Kinds whose backtraces or words really differ between kernels, and how.
  private static let differ: [String: String] = [
    "lock-irq": "irq_work_run_list is inlined or not",
    "rcu-stall": "on 5.10 the soft lockup came first, and the stall was not told",
    "rcu-starved": "the kthread's functions are inlined or not",
    "slab-leftover": "5.10 names the cache once more",
    "slab-poison": "5.10 finds the free list broken first",
    "unused-swap": "the functions that free swap entries have other names",
    "nmi": "where an idle CPU halts",
    "oom": "the fault's own functions are inlined or not",
    "oom-memcg": "the fault's own functions are inlined or not",
  ]

  @Test("no fingerprint holds a number that another boot would not have", arguments: real)
  func stable(name: String) throws {
    for splat in try CorpusFile(name: name).scan() {
      for word in splat.fingerprint.split(whereSeparator: { !$0.isHexDigit }) {
        #expect(word.count < 12, "\(word) looks like an address")
      }
      #expect(!splat.fingerprint.contains("+0x"))
      #expect(!splat.fingerprint.contains(".isra") && !splat.fingerprint.contains(".cold"))
    }
  }
}

/// The same log from another boot: every number that differs between boots is another one.
private enum Renumbering {
  static func apply(to line: Substring) -> String {
    var result = ""
    var word = ""
    for character in line {
      if character.isLetter || character.isNumber {
        word.append(character)
      } else {
        result += other(word, after: result)
        word = ""
        result.append(character)
      }
    }
    return result + other(word, after: result)
  }

  private static func other(_ word: String, after text: String) -> String {
    if word.count == 16, word.allSatisfy(\.isHexDigit) {
      // An address; of nothing but zeros and a few digits it is no address of the kernel.
      return word.hasPrefix("0000") ? word : String(word.dropLast(3)) + "abc"
    }
    if word.hasPrefix("0x"), text.hasSuffix("+") || text.hasSuffix("/") { return "0x7b" }
    if let first = word.first, first == "T" || first == "C", text.hasSuffix(" "),
      text.hasPrefix("["), text.split(separator: "[").count == 2, Int(word.dropFirst()) != nil
    {
      return first == "T" ? "T9" + word.dropFirst() : word
    }
    guard let number = Int(word) else { return word }
    if text.allSatisfy({ $0 == "[" || $0 == " " }), !text.isEmpty { return String(number + 1000) }
    let contexts = [
      "PID: ", "pid=", "PID=", "task provoke:", "provoke/", "Killed process ", "age=",
    ]
    return contexts.contains { text.hasSuffix($0) } ? String(number + 4000) : word
  }
}
