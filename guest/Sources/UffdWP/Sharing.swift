public import GuestKit
internal import LinuxMM

/// Bodies about memory that several mappings or processes share: protection is one mapping's own.
public enum Sharing {
  /// Stores through another mapping of the same file raise no event and lift no protection.
  public static func secondMappingBypasses(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill(0..<3)
    let alias = try pages.alias(trial)
    for page in 0..<3 { alias.load(page) }
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectPagemap(pages, 0..<3, "PFW", "protected")
    try trial.expectPagemap(alias, 0..<3, "PF", "in the other mapping")

    try trial.expectNoEvent(tracker, "a store through the other mapping", alias.store(0, 0x20))
    try trial.expectNoEvent(
      tracker, "a store through the other mapping to a hole", alias.store(3, 0x23))
    pages.note(0, at: 0x123, 0x20)
    pages.note(3, at: 0x123, 0x23)
    if !backing.isHugetlb {
      let place = pages.pageSize + 0x123
      try trial.expectNoEvent(
        tracker, "pwrite to the file",
        try pages.withFile { (file) throws(CaseEnd) in
          try trial.attempt("pwrite", try file.write([0x21], at: place))
        })
      pages.note(1, at: 0x123, 0x21)
      alias.note(1, at: 0x123, 0x21)
    }
    try trial.expectPagemap(pages, 0..<3, "PFW", "after the other mapping's stores")
    try trial.expectPagemap(pages, 3, backing.markerLetters, "a marker over a page that came")
    try trial.expectNoEvent(tracker, "loads", loadAll(pages))
    try trial.expectPagemap(pages, 0..<4, "PFW", "after loads")
    try trial.expectIntact(pages)
    for page in 0..<4 {
      let value = UInt8(0x28 + page)
      try trial.expectWriteFault(
        tracker, pages, page, "a store of one's own", pages.store(page, value))
      alias.note(page, at: 0x123, value)
    }
    try trial.expectIntact(pages)
    try trial.expectIntact(alias)
  }

  /// Another process's stores to the same memory raise no event here and lift no protection.
  ///
  /// The child uses both the mapping it inherited and one of its own.
  public static func otherProcessBypasses(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectPagemap(pages, 0..<4, "PFXW", "protected")
    let mark = tracker.log.count
    let child = try trial.fork { (trial, line) throws(CaseEnd) in
      let own = try pages.alias(trial)
      try trial.expectPagemap(pages, 0..<4, "-", "inherited by the child")
      pages.store(0, 0x20)
      own.store(1, 0x21)
      try trial.expectPagemap(pages, 0, "PF", "stored to by the child")
      try trial.expectPagemap(own, 1, "PF", "stored to by the child")
      let second = try Tracker(trial, of: own)
      try second.protect(own, 2)
      try line.knock()
      try line.wait("the parent's own stores")
      try trial.expectCount(
        .writeProtected, in: own, equals: Int(own.pageSize / Memory.pageSize),
        "of the child, after the parent's stores")
      try trial.expectWriteFault(second, own, 2, "the child's store", own.store(2, 0x22))
    }
    try child.wait("the child's stores complete")
    try trial.expectEvents([], in: tracker, after: mark, "the child's stores")
    try trial.expectPagemap(pages, 0..<2, "PFW", "while the child has them, too")
    try trial.expectPagemap(pages, 2..<4, "PFXW", "while only the parent has them")
    pages.note(0, at: 0x123, 0x20)
    pages.note(1, at: 0x123, 0x21)
    try trial.expectIntact(pages, nil, "after the child's stores")
    for page in 0..<3 {
      let value = UInt8(0x28 + page)
      try trial.expectWriteFault(
        tracker, pages, page, "the parent's store", pages.store(page, value))
    }
    try child.line.knock()
    try child.finish("the child ends", within: .seconds(5))
    pages.note(2, at: 0x123, 0x22)
    try trial.expectPagemap(pages, 3, "PFXW", "after the child's end")
    try trial.expectIntact(pages)
  }

  /// One load from every page.
  static func loadAll(_ pages: Pages) {
    for page in 0..<pages.count { pages.load(page) }
  }
}
