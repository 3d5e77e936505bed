public import GuestKit
internal import LinuxMM

/// Bodies about memory that is brought in ahead of its use while it is protected.
public enum Locking {
  /// What brings it in.
  public enum Way: Sendable {
    case lock, populateRead, populateWrite
  }

  /// mlock(2) and `MADV_POPULATE_READ` bring protected holes in, protected; `MADV_POPULATE_WRITE` is a write.
  public static func interplay(_ trial: Trial, _ backing: Backing, _ way: Way) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<4)
    try trial.expectPagemap(pages, 0..<4, backing.markerLetters, "protected while empty")
    // Bringing private memory in to lock it writes to what may be written to, and so faults.
    let writes = way == .populateWrite
    let kinds = [FaultEvent.Kind](repeating: .writeProtect, count: writes ? 4 : 0)
    try trial.expectEvents(kinds, tracker, "bringing it in", try bringIn(trial, pages, way))
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<4, writes ? letters : letters + "W", "brought in")
    try trial.expectPagemap(pages, 4..<6, letters, "brought in, not protected")
    try trial.expect(try pages.smaps(trial, "Rss"), equals: 24, "Rss in kB")
    try trial.expectWriteFaults(tracker, pages, "stores") { !writes && $0 < 4 }
    if way == .lock {
      try tracker.protect(pages, 0..<2)
      try trial.expectPagemap(pages, 0..<2, letters + "W", "protected while locked")
      try trial.expect(
        .invalid, from: "MADV_DONTNEED of locked memory", try pages.range.advise(.dontNeed))
      try trial.expectPagemap(pages, 0..<2, letters + "W", "after a refused MADV_DONTNEED")
      try trial.attempt("munlock", try pages.range.unlock())
      try trial.expectWriteFaults(tracker, pages, "stores to unlocked pages") { $0 < 2 }
    }
    try trial.expectIntact(pages)
  }

  private static func bringIn(_ trial: Trial, _ pages: Pages, _ way: Way) throws(CaseEnd) {
    switch way {
    case .lock: try trial.attempt("mlock", try pages.range.lock())
    case .populateRead:
      try trial.expectSuccess(of: "MADV_POPULATE_READ", try pages.range.advise(.populateRead))
    case .populateWrite:
      try trial.expectSuccess(of: "MADV_POPULATE_WRITE", try pages.range.advise(.populateWrite))
    }
  }
}
