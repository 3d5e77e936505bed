public import GuestKit
internal import LinuxMM

/// Bodies about pages that userfaultfd itself fills where a marker is.
public enum Copies {
  /// `UFFDIO_COPY` replaces a marker: without mode WP the protection ends, with it the page has it.
  public static func overMarker(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    for protects in [false, true] {
      let pages = try backing.map(trial)
      var policy = FaultPolicy()
      policy.missing = protects ? .copyProtected : .copy
      let tracker = try Tracker(
        trial, of: pages, for: [.missing, .writeProtect], policy: policy)
      try tracker.protect(pages, 0..<3)
      try trial.expectPagemap(pages, 0..<3, backing.markerLetters, "protected while empty")

      try trial.expectEvents([.missing], tracker, "a load from a marker", _ = pages.load(0))
      pages.note(0, fullOf: FaultPolicy.copiedByte)
      pages.note(1, fullOf: FaultPolicy.copiedByte)
      let written = backing.writtenLetters
      if protects {
        try trial.expectPagemap(pages, 0, written + "W", "copied in mode WP over its marker")
        try trial.expectWriteFault(tracker, pages, 0, "a store to it", pages.store(0, 0x63))
        try trial.expectEvents(
          [.missing, .writeProtect], tracker, "a store to a marker", pages.store(1, 0x64))
      } else {
        try trial.expectPagemap(pages, 0, written, "copied over its marker")
        try trial.expectNoEvent(tracker, "a store to it", pages.store(0, 0x63))
        try trial.expectEvents([.missing], tracker, "a store to a marker", pages.store(1, 0x64))
      }
      try trial.expectPagemap(pages, 0..<2, written, "after the stores")
      try trial.expectPagemap(pages, 2, backing.markerLetters, "a marker beside them")
      try trial.expectPagemap(pages, 3, "-", "a plain hole beside them")
      try trial.expectIntact(pages, 0..<2)
    }
  }

  /// `UFFDIO_ZEROPAGE` replaces a marker of shared memory and ends the protection.
  public static func zeroPageOverMarker(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    var policy = FaultPolicy()
    policy.missing = .zeroPage
    let tracker = try Tracker(
      trial, of: pages, for: [.missing, .writeProtect], policy: policy)
    try tracker.protect(pages, 0..<2)
    try trial.expectEvents([.missing], tracker, "a load from a marker", _ = pages.load(0))
    try trial.expectCount(.writeProtected, in: pages, 0..<1, equals: 0, "on the zero page")
    try trial.expectNoEvent(tracker, "a store to it", pages.store(0, 0x65))
    try trial.expectPagemap(pages, 1, backing.markerLetters, "a marker beside it")
    try trial.expectIntact(pages, 0..<1)
  }
}
