import GuestKit
import LinuxMM

/// The setting that lets shmem have huge pages where they are asked for; back at the end of the value.
func shmemHugeKnob(_ trial: Trial) throws(CaseEnd) -> Knob {
  try trial.attempt(
    "setting shmem_enabled", try Knob(HugePages.settings + "shmem_enabled", to: "advise"))
}

/// Memory in huge pages, filled with the pattern; ends as unexercised where they do not come.
func hugeArea(_ trial: Trial, _ backing: Backing = .thp, huge count: Int = 1) throws(CaseEnd)
  -> Pages
{
  for attempt in 1...3 {
    let pages = try backing.map(trial, pages: count * perHuge)
    pages.fill()
    trial.evidence("huge_attempts", attempt)
    if try mappedHuge(trial, pages) == UInt64(count) * 2048 { return pages }
    try trial.attempt("unmapping", try pages.range.unmap())
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  throw .unexercised("no transparent huge page came in 3 attempts, with compaction between")
}

/// KiB that are mapped by huge entries.
func mappedHuge(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> UInt64 {
  try pages.smaps(trial, pages.backing.isShared ? "ShmemPmdMapped" : "AnonHugePages")
}

/// Pages that share one page table, so that one that exists makes none of the others a hole above it.
func inOneTable(_ trial: Trial, _ backing: Backing, pages count: Int = 4) throws(CaseEnd) -> Pages {
  for _ in 0..<16 {
    let pages = try backing.map(trial, pages: count)
    let last = pages.range.end - 1
    if backing.isHugetlb || pages.range.start >> 21 == last >> 21 { return pages }
  }
  throw .error("16 mappings in a row crossed the border of a page table")
}

/// Address space around a mapping, so that nothing but the case decides about neighbours.
struct Reservation {
  let range: AddressRange

  init(_ trial: Trial, pages: UInt64 = 16) throws(CaseEnd) {
    range = try trial.attempt(
      "reserving address space",
      try Mapping(anonymous: pages * Memory.pageSize, .shared, protection: []).relinquish())
  }

  /// Maps anonymous memory over some pages of the reservation.
  func map(_ trial: Trial, _ some: Range<UInt64>) throws(CaseEnd) -> Pages {
    let start = range.start + some.lowerBound * Memory.pageSize
    let length = UInt64(some.count) * Memory.pageSize
    let made = try trial.attempt(
      "mmap", try Mapping(anonymous: length, .private, at: start).relinquish())
    return Pages(.anon, at: made)
  }
}
