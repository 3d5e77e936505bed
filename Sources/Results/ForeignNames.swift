internal import GuestProtocol

/// Names for the points of a foreign program, which calls them as it likes.
struct ForeignNames: Sendable {
  private var taken: Set<String>
  /// The last number that made a name unique, so that a name which comes ten thousand times is not tried as often each time.
  private var lastNumber: [String: Int] = [:]

  /// The longest name before a number makes it unique.
  private static let maximumLength = 90

  init(taken: Set<String> = [ForeignReader.exit]) {
    self.taken = taken
  }

  /// The case's name, and what the program called it.
  mutating func name(of point: KTAPPoint, ordinal: Int) -> (name: String, original: String) {
    let plain = Self.plain(point.name)
    let name = plain.isEmpty ? "point-\(point.number ?? ordinal)" : plain
    let unique = fresh(name)
    return (unique, point.name.isEmpty ? unique : point.name)
  }

  /// A name that nothing else has, and from now on has this.
  mutating func fresh(_ name: String) -> String {
    if taken.insert(name).inserted { return name }
    var number = lastNumber[name, default: 1]
    repeat { number += 1 } while !taken.insert("\(name)-\(number)").inserted
    lastNumber[name] = number
    return "\(name)-\(number)"
  }

  /// A text as the name of a case or a program: what is not allowed there becomes a hyphen.
  static func plain(_ text: String) -> String {
    var name = ""
    for scalar in text.lowercased().unicodeScalars where name.utf8.count < maximumLength {
      let letter = String(scalar)
      if CaseID(letter) != nil, letter != "-" {
        name += letter
      } else if !name.isEmpty, !name.hasSuffix("-") {
        name += "-"
      }
    }
    while name.hasSuffix("-") { name.removeLast() }
    return name
  }
}
