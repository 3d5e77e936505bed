/// Takes out of a message what differs between two runs of the same kernel.
enum StableText {
  /// Addresses become `*`, offsets into functions go, numbers that name a CPU, a task or a count
  /// become `N`.
  ///
  /// With `keepsNumbers` only addresses and offsets go: a panic's numbers (an exit code, a device)
  /// are its message.
  static func of(_ text: some StringProtocol, keepsNumbers: Bool = false) -> String {
    var stable = ""
    var word = ""
    var previous: Character?
    for character in text {
      if character.isHexDigit || character == "x" || character == "_" || character.isLetter {
        word.append(character)
      } else {
        stable += replacement(word, after: previous, keepsNumbers: keepsNumbers)
        word = ""
        stable.append(character)
        previous = character
      }
    }
    stable += replacement(word, after: previous, keepsNumbers: keepsNumbers)
    return trimmed(stable.replacing("+*/*", with: ""))
  }

  private static func replacement(
    _ word: String, after previous: Character?, keepsNumbers: Bool
  ) -> String {
    guard let first = word.first, first.isNumber || word.count >= 12 else { return word }
    let digits = word.hasPrefix("0x") ? word.dropFirst(2) : word[...]
    guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return word }
    // func+0x1a/0x20: both halves are offsets.
    if word.hasPrefix("0x"), previous == "+" || previous == "/" { return "*" }
    if digits.count >= 12 { return "*" }
    return keepsNumbers ? word : (word.hasPrefix("0x") ? "*" : "N")
  }

  private static func trimmed(_ text: String) -> String {
    let rest = text.drop { $0 == " " }
    let end = rest.lastIndex { $0 != " " && $0 != "." && $0 != ":" && $0 != "," }
    return end.map { String(rest[...$0]) } ?? ""
  }
}
