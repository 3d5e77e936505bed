import GuestKit
import LinuxMM

/// Base pages in a huge one.
let perHuge = 512

/// KiB of a huge page, as smaps counts them.
let hugeKibibytes: UInt64 = 2048

/// Anonymous memory that is huge now, filled with the pattern; ends as unexercised where none comes.
func hugeArea(_ trial: Trial, huge count: Int = 1) throws(CaseEnd) -> Pages {
  for attempt in 1...3 {
    let pages = try Backing.thp.map(trial, pages: count * perHuge)
    pages.fill()
    trial.evidence("huge_attempts", attempt)
    if try pages.smaps(trial, "AnonHugePages") == UInt64(count) * hugeKibibytes { return pages }
    try trial.attempt("unmapping", try pages.range.unmap())
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  throw .unexercised("no transparent huge page came in 3 attempts, with compaction between")
}

/// Anonymous memory in base pages that could be collapsed: filled while huge pages were not wanted.
func smallArea(
  _ trial: Trial, areas count: Int = 1, except hole: Int? = nil, isAdvised: Bool = true
) throws(CaseEnd) -> Pages {
  let pages = try Backing.thp.map(trial, pages: count * perHuge)
  try trial.attempt("MADV_NOHUGEPAGE", try pages.range.advise(.noHugePage))
  pages.fill(0..<(hole ?? pages.count))
  if let hole { pages.fill((hole + 1)..<pages.count) }
  if isAdvised { try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage)) }
  return pages
}

/// The setting that lets shmem have huge pages where they are asked for; back at the end of the value.
func shmemHugeKnob(_ trial: Trial, _ value: String = "advise") throws(CaseEnd) -> Knob {
  try trial.attempt(
    "setting shmem_enabled", try Knob(HugePages.settings + "shmem_enabled", to: value))
}

/// Shared memory that is mapped huge now, filled with the pattern.
func sharedHugeArea(_ trial: Trial) throws(CaseEnd) -> Pages {
  for attempt in 1...3 {
    let pages = try Backing.shthp.map(trial, pages: perHuge)
    pages.fill()
    trial.evidence("huge_attempts", attempt)
    if try pages.smaps(trial, "ShmemPmdMapped") == hugeKibibytes { return pages }
    try trial.attempt("unmapping", try pages.range.unmap())
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  throw .unexercised("shared memory was not mapped huge in 3 attempts, with compaction between")
}

extension Trial {
  /// Fails unless so many huge pages are mapped as such.
  func expectHuge(_ pages: Pages, _ count: Int, _ when: @autoclosure () -> String)
    throws(CaseEnd)
  {
    let field = pages.backing.isShared ? "ShmemPmdMapped" : "AnonHugePages"
    let seen = try pages.smaps(self, field)
    try expect(seen, equals: UInt64(count) * hugeKibibytes, "\(field) in kB \(when())")
  }

  /// Proves that no huge page is mapped as such any more.
  func proveSplit(_ pages: Pages, _ what: String) throws(CaseEnd) {
    let field = pages.backing.isShared ? "ShmemPmdMapped" : "AnonHugePages"
    let left = try pages.smaps(self, field)
    try prove(left == 0, otherwise: "\(field) is \(left) kB after \(what)")
  }
}
