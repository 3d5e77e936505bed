internal import GuestProtocol
internal import LinuxMM

/// What a suite program was asked to do.
struct Arguments {
  var list = false
  var help = false
  /// Whether the report says what each case did.
  var steps = false
  /// What chance starts from; nil for another one each time.
  var seed: UInt64?
  /// Globs of case names; a case that matches any of them is selected.
  var filters: [String] = []

  /// What is wrong with a command line.
  enum Problem: Error {
    case unknown(String)
    case missingValue(String)
    case notANumber(String)

    var description: String {
      switch self {
      case .unknown(let argument): "unknown argument \(argument)"
      case .missingValue(let option): "\(option) needs a value"
      case .notANumber(let text): "--seed takes a number from 0 to 2^64 - 1, not \(text)"
      }
    }
  }

  static let usage = "usage: PROGRAM [--list] [--steps] [--seed N] [--filter GLOB[,GLOB]...]...\n"

  /// Reads the arguments after the program's name.
  init(_ words: [String]) throws(Problem) {
    var index = 0
    while index < words.count {
      let word = words[index]
      let prefix = "--filter="
      let seedPrefix = "--seed="
      if isSame(word, "--list") {
        list = true
      } else if isSame(word, "--steps") {
        steps = true
      } else if isSame(word, "--help") || isSame(word, "-h") {
        help = true
      } else if isSame(word, "--filter") {
        index += 1
        guard index < words.count else { throw .missingValue(word) }
        addFilters(words[index])
      } else if isSame(word, "--seed") {
        index += 1
        guard index < words.count else { throw .missingValue(word) }
        seed = try Arguments.number(words[index])
      } else if word.utf8.starts(with: seedPrefix.utf8) {
        let text = String(decoding: word.utf8.dropFirst(seedPrefix.utf8.count), as: UTF8.self)
        seed = try Arguments.number(text)
      } else if word.utf8.starts(with: prefix.utf8) {
        addFilters(String(decoding: word.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
      } else {
        throw .unknown(word)
      }
      index += 1
    }
  }

  private static func number(_ text: String) throws(Problem) -> UInt64 {
    guard let number = UInt64(text) else { throw .notANumber(text) }
    return number
  }

  /// Takes one glob, or several separated by commas, which no case name contains.
  ///
  /// An empty one counts: it matches nothing, so that an empty list selects nothing rather than everything.
  private mutating func addFilters(_ globs: String) {
    let comma = UInt8(ascii: ",")
    for glob in globs.utf8.split(separator: comma, omittingEmptySubsequences: false) {
      filters.append(String(decoding: glob, as: UTF8.self))
    }
  }

  /// Whether a name is selected: any filter matches, or there is none.
  func selects(_ name: String) -> Bool {
    filters.isEmpty || filters.contains { Glob($0).matches(name) }
  }
}
