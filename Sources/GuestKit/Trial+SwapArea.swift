public import LinuxMM

extension Trial {
  /// Makes a swap area of the case's own, and sees to it that what is paged out next goes there.
  ///
  /// A processor keeps some slots, or a cluster of 512, of the area it used last, whatever a new area's
  /// priority is: memory of no interest is paged out until they are used up. Needs `zram`.
  public func swapAreaOfOwn(size: UInt64 = 64 << 20) throws(CaseEnd) -> SwapArea {
    let area = try attempt("swapping to zram", try SwapArea(zramOfSize: size))
    let filler = try Backing.anon.map(self, pages: 1024)
    filler.fill()
    for _ in 0..<4 {
      try attempt("MADV_PAGEOUT", try filler.range.advise(.pageOut))
      if try used(area) >= 64 { return area }
      try attempt("compact_memory", try System.drainPageLists())
      for page in 0..<filler.count { filler.load(page) }
    }
    throw .unexercised("pages go to another swap area, though the new one's priority is higher")
  }

  private func used(_ area: borrowing SwapArea) throws(CaseEnd) -> UInt64 {
    do throws(Errno) { return try area.usedKibibytes() } catch {
      throw .error("reading /proc/swaps failed with \(error)")
    }
  }
}
