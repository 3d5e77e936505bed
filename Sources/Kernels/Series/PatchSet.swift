/// The mails that were sent as one version of one series.
struct PatchSet {
  /// All with the same version, total and tree; none when only the cover letter is there.
  private(set) var messages: [SeriesMessage]
  private(set) var cover: SeriesMessage?
  /// Ids of the first mails of the threads it is in.
  let roots: Set<String>

  init(messages: [SeriesMessage], cover: SeriesMessage?, roots: Set<String>) {
    self.messages = messages
    self.cover = cover
    self.roots = roots
  }

  var tag: SubjectTag? { messages.first?.tag ?? cover?.tag }
  var version: Int { tag?.version ?? 1 }
  var isNumbered: Bool { tag?.number != nil }
  var total: Int { tag?.total ?? messages.count }
  var numbers: Set<Int> { Set(messages.compactMap(\.tag.number)) }
  var isComplete: Bool { !isNumbered || numbers.isSuperset(of: 1...max(total, 1)) }

  /// What decides which version is the newest: a resend replaces what it repeats, and a series
  /// without RFC comes after the RFC.
  var age: [Int] {
    [
      version, isNumbered ? 1 : 0, tag?.isRFC == true ? 0 : 1, tag?.isResend == true ? 1 : 0,
    ]
  }

  /// For errors and notes: `v2 of “mm: keep the bit” (3 of 3 patches)`.
  var description: String {
    let subject = cover?.tag.rest ?? messages.first?.subject ?? ""
    let count = isNumbered ? "\(numbers.count) of \(total)" : "\(messages.count)"
    let words = tag.map(\.words).map { $0.isEmpty ? "" : $0.joined(separator: " ") + ", " } ?? ""
    return "\(versionName) of “\(subject)” (\(words)\(count) "
      + "\((isNumbered ? total : messages.count) == 1 ? "patch" : "patches"))"
  }

  var versionName: String {
    (tag?.isRFC == true ? "RFC " : "") + "v\(version)" + (tag?.isResend == true ? " resent" : "")
  }

  /// True when both are versions of one series: in one thread, or with a subject in common.
  func isVersion(of other: PatchSet) -> Bool {
    if !roots.isDisjoint(with: other.roots) { return true }
    return !subjects.isDisjoint(with: other.subjects)
  }

  private var subjects: Set<String> {
    Set((messages.map(\.subject) + [cover?.tag.rest].compactMap(\.self)).map { $0.lowercased() })
  }

  /// The patches by number, each once.
  ///
  /// - Throws: `SeriesError.sameNumber` when two differ.
  func ordered(file: String, notes: inout [String]) throws -> [SeriesMessage] {
    guard isNumbered else { return messages }
    var taken: [Int: SeriesMessage] = [:]
    for message in messages {
      guard let number = message.tag.number else { continue }
      guard let earlier = taken[number] else {
        taken[number] = message
        continue
      }
      // A mail with the patch's subject and no diff is talk about it.
      if earlier.hasDiff, !message.hasDiff || message.diff == earlier.diff {
        notes.append("\(message.label) repeats \(earlier.label) and was left out.")
      } else if !earlier.hasDiff {
        notes.append("\(earlier.quoted) has no diff and was left out.")
        taken[number] = message
      } else {
        throw SeriesError.sameNumber(
          file: file, number: number, first: earlier.quoted, second: message.quoted)
      }
    }
    return taken.sorted { $0.key < $1.key }.map(\.value)
  }
}
