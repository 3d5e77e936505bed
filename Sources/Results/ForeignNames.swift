internal import GuestProtocol

/// Names for the points of a foreign program, which calls them as it likes.
struct ForeignNames: Sendable {
  private var taken: Set<String> = [ForeignReader.exit]

  /// The longest name before a number makes it unique.
  private static let maximumLength = 90

  /// The case's name, and what the program called it.
  mutating func name(of point: KTAPPoint, ordinal: Int) -> (name: String, original: String) {
    let plain = Self.plain(point.name)
    let name = plain.isEmpty ? "point-\(point.number ?? ordinal)" : plain
    let unique = fresh(name)
    taken.insert(unique)
    return (unique, point.name.isEmpty ? unique : point.name)
  }

  /// A name that no other point has.
  func fresh(_ name: String) -> String {
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)-\(number)") { number += 1 }
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
