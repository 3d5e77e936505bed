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

  @Test("the same bug has one fingerprint on every kernel whose backtrace names the same functions")
  func acrossKernels() throws {
    var kinds: [Substring: Set<String>] = [:]
    for name in Self.real {
      let words = name.dropLast(4).split(separator: "-", maxSplits: 2)
      // From 5.18 on `lkdtm_do_action` stands between, which a fingerprint of three functions sees.
      guard !words[2].hasPrefix("lkdtm-") else { continue }
      let file = try CorpusFile(name: name)
      guard let fingerprint = file.expected.first(where: { !Self.besides.contains($0.kind) })
      else { continue }
      kinds[words[2], default: []].insert(fingerprint.fingerprint)
    }
    #expect(kinds.values.filter { $0.count == 1 }.count >= 20)
    let split = kinds.filter { $0.value.count > 1 }.keys.map { String($0) }
    #expect(split.sorted() == Self.differ.keys.sorted())
  }

  /// What comes along with other splats, sooner or later.
  private static let besides: Set<String> = ["workqueue-lockup", "bad-rss-counter"]

  /// Kinds whose backtraces or words really differ between kernels, and how.
  private static let differ: [String: String] = [
    "nmi": "where an idle CPU halts", "oom": "faults that populate",
    "oom-memcg": "faults that populate",
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
