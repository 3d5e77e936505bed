extension MachineSetup {
  /// Reads the text; what it does not understand becomes a sentence in `problems` and is left out.
  ///
  /// A machine that differs from what was asked for is still worth a greeting: the host decides what to do with it.
  public static func parse(_ text: [UInt8]) -> (setup: MachineSetup, problems: [String]) {
    var setup = MachineSetup()
    var problems: [String] = []
    if text.count > textBytes {
      problems.append("the set-up is cut: it has \(text.count) bytes, \(textBytes) are read")
    }
    var number = 0
    for line in text.prefix(textBytes).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      number += 1
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      guard setup.directives.count < directiveCount else {
        problems.append(
          "the set-up is cut at line \(number): it has more than \(directiveCount) directives")
        break
      }
      if let directive = Directive(line: line) {
        setup.directives.append(directive)
      } else {
        problems.append(
          "line \(number) of the set-up is not understood: "
            + String(decoding: line.prefix(100), as: UTF8.self))
      }
    }
    return (setup, problems)
  }
}

extension MachineSetup.Directive {
  /// Reads one line; nil when it is no directive.
  init?(line: ArraySlice<UInt8>) {
    var words = Words(line)
    switch words.next() {
    case "module":
      guard let path = words.next() else { return nil }
      self = .module(path: path, parameters: words.rest() ?? "")
    case "hugepages":
      guard let kib = words.number(), let count = words.number(), words.isEmpty else { return nil }
      self = .hugepages(kib: kib, count: count)
    case "mount":
      guard let type = words.next(), let serial = words.next(), let directory = words.next(),
        words.isEmpty
      else { return nil }
      self = .mount(type: type, serial: serial, directory: directory)
    case "swap":
      guard let swap = Self.swap(&words) else { return nil }
      self = swap
    case "write":
      guard let path = words.next(), let value = words.rest() else { return nil }
      self = .write(path: path, value: value)
    case "expect":
      guard let fact = words.next(), let value = words.rest() else { return nil }
      self = .expect(fact: fact, value: value)
    default: return nil
    }
  }

  private static func swap(_ words: inout Words) -> Self? {
    switch words.next() {
    case "zram":
      guard let mebibytes = words.number(), mebibytes > 0, words.isEmpty else { return nil }
      return .zramSwap(mebibytes: mebibytes)
    case "disk":
      guard let serial = words.next(), words.isEmpty else { return nil }
      return .diskSwap(serial: serial)
    case "file":
      guard let type = words.next(), let path = words.next(), let mebibytes = words.number(),
        mebibytes > 0, words.isEmpty
      else { return nil }
      return .fileSwap(type: type, path: path, mebibytes: mebibytes)
    default: return nil
    }
  }
}

/// The words of one line, taken from the front.
private struct Words {
  private var left: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) {
    left = line
    dropBlanks()
  }

  var isEmpty: Bool { left.isEmpty }

  /// The next word, or nil at the end of the line.
  mutating func next() -> String? {
    guard !left.isEmpty else { return nil }
    let word = left.prefix { $0 != UInt8(ascii: " ") }
    left = left.dropFirst(word.count)
    dropBlanks()
    return String(decoding: word, as: UTF8.self)
  }

  /// The next word when it is a number of at most nine digits.
  mutating func number() -> Int? {
    let word = left.prefix { $0 != UInt8(ascii: " ") }
    guard !word.isEmpty, word.count <= 9 else { return nil }
    var value = 0
    for digit in word {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    left = left.dropFirst(word.count)
    dropBlanks()
    return value
  }

  /// All that is left, or nil when nothing is.
  mutating func rest() -> String? {
    defer { left = left[left.endIndex...] }
    return left.isEmpty ? nil : String(decoding: left, as: UTF8.self)
  }

  private mutating func dropBlanks() {
    left = left.drop { $0 == UInt8(ascii: " ") }
  }
}
