internal import LinuxMM

extension Trial {
  /// Gets pages out of memory and proves it, or ends the case as unexercised.
  ///
  /// `MADV_PAGEOUT` silently leaves pages that sit in another CPU's LRU batch; so: ask, look at pagemap,
  /// make the kernel drain its batches, wait a little, again, at most six times. Pages mapped by a second
  /// process never leave this way. For shared memory, whose pagemap entries say nothing once unmapped, the
  /// mapping's `Swap` in smaps must grow, too.
  public func pageOut(_ pages: Pages, _ some: Range<Int>? = nil) throws(CaseEnd) {
    let wanted = some ?? 0..<pages.count
    let range = pages.range(wanted)
    let before = try swapCounters(pages)
    var left = 0
    for attempt in 1...6 {
      try self.attempt("MADV_PAGEOUT", try range.advise(.pageOut))
      left = try count(.present, in: pages, wanted)
      if left == 0 {
        let after = try swapCounters(pages)
        evidence("pageout_attempts", attempt)
        evidence("pswpout", after.written - before.written)
        return try proveSwapped(pages, wanted, grown: after.kibibytes > before.kibibytes)
      }
      do throws(Errno) { try System.drainPageLists() } catch {
        throw .unexercised("\(left) pages stay in memory and compact_memory cannot be written")
      }
      System.sleep(milliseconds: 20)
    }
    throw .unexercised("\(left) of \(wanted.count) pages stayed in memory after 6 MADV_PAGEOUT")
  }

  private func swapCounters(_ pages: Pages) throws(CaseEnd) -> (written: UInt64, kibibytes: UInt64)
  {
    let written = try attempt("reading vmstat", try Counters.vmstat("pswpout")) ?? 0
    return (written, try pages.smaps(self, "Swap"))
  }

  /// Pages that left memory and are not in swap either were thrown away: that is a failure when their content
  /// went with them, and only else a path that was not taken.
  private func proveSwapped(_ pages: Pages, _ some: Range<Int>, grown: Bool) throws(CaseEnd) {
    let isShared = pages.backing.isShared
    if isShared ? grown : try count(.swapped, in: pages, some) > 0 { return }
    try expectIntact(pages, some, "out of memory and not in swap")
    throw .unexercised(
      isShared
        ? "Swap in smaps did not grow for the paged-out pages"
        : "no page of \(some.count) is marked swapped in pagemap")
  }
}
