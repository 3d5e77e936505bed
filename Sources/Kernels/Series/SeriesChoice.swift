/// The one series that is meant among the messages of a mailbox, a folder or a list of files.
struct SeriesChoice {
  /// What to make of gaps and of more than one series.
  enum Strictness {
    /// Both are errors: a program saved the mails.
    case mailbox
    /// As of a mailbox, unless patches without numbers are among them: then names give the order.
    case folder
    /// Files were named one by one: what was named is meant, in that order when nothing better.
    case asGiven
  }

  private(set) var messages: [SeriesMessage] = []
  private(set) var cover: SeriesMessage?
  private(set) var notes: [String] = []

  /// Chooses; `file` is what the messages are called in errors.
  ///
  /// - Throws: `SeriesError`.
  init(among all: [SeriesMessage], file: String, strictness: Strictness) throws {
    let distinct = withoutCopies(all)
    let candidates = withoutTalk(distinct)
    guard candidates.contains(where: \.isPatch) else {
      throw SeriesError.noPatch(file: file, found: Self.summary(of: all))
    }
    let threads = MailThreads(distinct)
    let unnumbered = candidates.filter { $0.isPatch && $0.tag.number == nil }
    let isMixed =
      unnumbered.contains { $0.form == .diff }
      || (strictness != .mailbox && !unnumbered.isEmpty
        && unnumbered.count < candidates.count(where: \.isPatch))
    guard !isMixed else {
      takeAll(candidates)
      return
    }
    let families = Self.families(threads.sets(of: candidates))
    do {
      try choose(among: families, file: file, strictness: strictness)
    } catch SeriesError.severalSeries where strictness == .asGiven {
      takeAll(candidates)
    } catch SeriesError.sameNumber where strictness == .asGiven {
      takeAll(candidates)
    }
  }

  private mutating func takeAll(_ candidates: [SeriesMessage]) {
    messages = candidates.filter(\.isPatch)
    cover = candidates.first(where: \.isCover)
  }

  private mutating func withoutCopies(_ all: [SeriesMessage]) -> [SeriesMessage] {
    var first: [String: SeriesMessage] = [:]
    return all.filter { message in
      guard let id = message.messageID else { return true }
      guard let earlier = first[id] else {
        first[id] = message
        return true
      }
      notes.append(
        "\(message.label) is a copy of \(earlier.label) (the same Message-ID) and was left out.")
      return false
    }
  }

  /// Leaves out replies and what else has no patch, with a note for each that looks like one.
  private mutating func withoutTalk(_ all: [SeriesMessage]) -> [SeriesMessage] {
    let hasTagged = all.contains { $0.isPatch && $0.tag.isPatch }
    var kept: [SeriesMessage] = []
    var replies = 0
    var others = 0
    for message in all {
      if message.tag.isReply {
        if message.hasDiff {
          notes.append("\(message.quoted) is a reply with a diff in it and was left out.")
        } else {
          replies += 1
        }
      } else if message.isPatch, hasTagged, !message.tag.isPatch, message.form != .diff {
        notes.append("\(message.quoted) has a diff but no [PATCH] tag and was left out.")
      } else if message.isPatch || message.isCover {
        kept.append(message)
      } else {
        others += 1
      }
    }
    if replies == 1 { notes.append("1 reply was left out.") }
    if replies > 1 { notes.append("\(replies) replies were left out.") }
    if others == 1 { notes.append("1 message without a diff was left out.") }
    if others > 1 { notes.append("\(others) messages without a diff were left out.") }
    return kept
  }

  /// The sets that are versions of one series, in the order of the file.
  private static func families(_ sets: [PatchSet]) -> [[PatchSet]] {
    var families: [[PatchSet]] = []
    for set in sets {
      let hits = families.indices.filter { families[$0].contains { $0.isVersion(of: set) } }
      let merged = hits.flatMap { families[$0] } + [set]
      for index in hits.reversed() { families.remove(at: index) }
      families.insert(merged, at: hits.first ?? families.count)
    }
    return families
  }

  private mutating func choose(
    among families: [[PatchSet]], file: String, strictness: Strictness
  ) throws {
    var newest: [[PatchSet]] = []
    for family in families.compactMap({ withoutBareCovers($0) }) {
      let age = family.map(\.age).max { $0.lexicographicallyPrecedes($1) }
      newest.append(family.filter { $0.age == age })
      for older in family where older.age != age {
        let winner = newest.last?.first?.versionName ?? ""
        notes.append("\(older.description) was left out for \(winner).")
      }
    }
    // Patches that were never numbered are a series in the order they stand.
    if newest.joined().allSatisfy({ !$0.isNumbered }) {
      messages = newest.joined().flatMap(\.messages)
      cover = families.joined().compactMap(\.cover).first
      return
    }
    let complete = newest.filter { $0.contains(where: \.isComplete) }
    let chosen = complete.count == 1 ? complete : newest
    guard chosen.count == 1, let family = chosen.first, family.count == 1, let set = family.first
    else {
      throw SeriesError.severalSeries(file: file, series: newest.joined().map(\.description))
    }
    for other in newest where newest.count > 1 && !other.contains(where: \.isComplete) {
      notes += other.map { "\($0.description) is not complete and was left out." }
    }
    try take(set, file: file, strictness: strictness)
  }

  /// A cover letter without its patches counts when nothing as new as it is there: then the newest
  /// version is what is missing.
  private mutating func withoutBareCovers(_ family: [PatchSet]) -> [PatchSet]? {
    guard let newest = family.filter({ !$0.messages.isEmpty }).map(\.version).max() else {
      notes += family.map { "\($0.description) is not complete and was left out." }
      return nil
    }
    return family.filter { !$0.messages.isEmpty || $0.version > newest }
  }

  private mutating func take(_ set: PatchSet, file: String, strictness: Strictness) throws {
    let total = set.total
    let present = set.numbers.sorted()
    if !set.isComplete {
      let error = SeriesError.missingNumbers(
        file: file, version: set.version, present: present, total: total)
      guard strictness == .asGiven else { throw error }
      notes.append("Of \(total) patches only \(SeriesError.list(present)) were given.")
    }
    messages = try set.ordered(file: file, notes: &notes)
    cover = set.cover
  }

  /// What a file without a patch has, for the error.
  private static func summary(of all: [SeriesMessage]) -> String {
    if all.isEmpty { return "it is neither a mail, nor a mailbox, nor a diff" }
    let replies = all.filter(\.tag.isReply).count
    let covers = all.filter(\.isCover).count
    let others = all.count - replies - covers
    func count(_ number: Int, _ one: String, _ many: String) -> String? {
      number == 0 ? nil : number == 1 ? "1 \(one)" : "\(number) \(many)"
    }
    return "it holds "
      + [
        count(covers, "cover letter", "cover letters"), count(replies, "reply", "replies"),
        count(others, "mail without a diff", "mails without a diff"),
      ].compactMap(\.self).joined(separator: ", ")
  }
}
