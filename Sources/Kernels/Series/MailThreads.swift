/// Which mails were sent together.
struct MailThreads {
  private let known: [String: SeriesMessage]
  /// The ids of mails that a patch or a cover letter was sent in answer to.
  private let parents: Set<String>

  init(_ messages: [SeriesMessage]) {
    parents = Set(messages.filter { $0.isPatch || $0.isCover }.flatMap(\.ancestors))
    known = Dictionary(
      messages.compactMap { message in message.messageID.map { ($0, message) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The id of the mail its thread began with, which need not be here; nil without any id.
  func root(of message: SeriesMessage) -> String? {
    guard var id = message.ancestors.first ?? message.messageID else { return nil }
    var visited: Set<String> = []
    while visited.insert(id).inserted, let above = known[id]?.ancestors.first { id = above }
    return id
  }

  /// The patches grouped into what was sent as one version of one series, with its cover letter.
  func sets(of messages: [SeriesMessage]) -> [PatchSet] {
    var groups: [[SeriesMessage]] = []
    for message in messages where message.isPatch || message.isCover {
      let hits = groups.indices.filter { groups[$0].contains { belong($0, message) } }
      let merged = hits.flatMap { groups[$0] } + [message]
      for index in hits.reversed() { groups.remove(at: index) }
      // At the place of the first, so that what has no numbers keeps the file's order.
      groups.insert(merged, at: hits.first ?? groups.count)
    }
    return groups.map { group in
      let patches = group.filter(\.isPatch)
      return PatchSet(
        messages: patches, cover: group.first(where: \.isCover),
        roots: Set(group.compactMap(root)))
    }
  }

  private func belong(_ first: SeriesMessage, _ second: SeriesMessage) -> Bool {
    let (one, two) = (first.tag, second.tag)
    guard one.number != nil, two.number != nil, one.version == two.version,
      one.total == two.total, one.isResend == two.isResend, one.isRFC == two.isRFC
    else { return false }
    // An answer names the mail it was sent with, whatever tree its tag names.
    if isParent(first, of: second) || isParent(second, of: first) { return true }
    guard one.words == two.words else { return false }
    if let parent = first.ancestors.last, parent == second.ancestors.last { return true }
    return one.total != 1 && isLoose(first) && isLoose(second)
  }

  private func isParent(_ parent: SeriesMessage, of child: SeriesMessage) -> Bool {
    parent.messageID != nil && child.ancestors.last == parent.messageID
  }

  /// Saved or sent without threading.
  private func isLoose(_ message: SeriesMessage) -> Bool {
    message.ancestors.isEmpty && !(message.messageID.map(parents.contains) ?? false)
  }
}
