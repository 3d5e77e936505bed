import GuestKit
import UffdWP

// The suite's cases by topic; each needs write-protection of hugetlbfs (Linux 5.19).
let files: [Requirement] = [.writeProtectFiles]
let pool: [Requirement] = [.writeProtectFiles, .hugePages(8)]

@CaseList var basics: [Case] {
  Case.each(
    "uffdwp-hugetlb.basic", "a protected page reports its first write, once, and only it",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.basic)
  Case.each(
    "api.exact-address", "with EXACT_ADDRESS an event names the byte", on: [.hugetlb],
    needs: files + [.exactAddress], body: Delivery.exactAddress)
  Case.each(
    "api.sigbus-mode", "with the SIGBUS feature a fault is a signal or EFAULT", on: [.hugetlb],
    needs: files, body: Delivery.sigbus)
  Case.each(
    "uffdwp.page-isolation", "protecting one page leaves its neighbours alone",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.pageIsolation)
  Case.each(
    "uffdwp.range-edges", "exactly the pages of a range are protected, and lifted",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.rangeEdges)
  Case(
    "wpioctl.hugetlb-subpage", "part of a huge page can neither be protected nor lifted",
    needs: pool, body: subpage)
  Case.each(
    "uffdwp-hugetlb.unpopulated-marker", "protection of a page that does not exist yet holds",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: Markers.unpopulated)
  Case(
    "uffdwp-hugetlb.unpopulated-marker/sparse", "it holds where there is no page table yet",
    needs: pool
  ) { (trial) throws(CaseEnd) in try Markers.unpopulatedSparse(trial, .hugetlb) }
  Case.each(
    "munmap.drops-markers", "a new mapping where a protected one was has no protection",
    on: [.hugetlb], needs: files, body: Markers.unmapDrops)
}

@CaseList var zaps: [Case] {
  Case.each(
    "zap-hugetlb.dontneed-keeps", "a zapped page stays protected", on: [.hugetlb, .hugetlbpriv],
    needs: files + [.hugetlbDontNeed]
  ) { (trial, backing) throws(CaseEnd) in try Zaps.dontNeedKeeps(trial, backing) }
  Case("zap-hugetlb.punch-keeps/punch", "a punched hole keeps the protection", needs: pool) {
    (trial) throws(CaseEnd) in try Zaps.holeKeeps(trial, .hugetlb, .punch)
  }
  Case("zap-hugetlb.punch-keeps/remove", "MADV_REMOVE leaves the protection", needs: pool) {
    (trial) throws(CaseEnd) in try Zaps.holeKeeps(trial, .hugetlb, .remove)
  }
  Case("zap-hugetlb.truncate-drops", "truncation ends the protection", needs: pool) {
    (trial) throws(CaseEnd) in try Zaps.truncateDrops(trial, .hugetlb)
  }
}

@CaseList var lifetimes: [Case] {
  Case(
    "unreg.clears-bits/hugetlb", "UFFDIO_UNREGISTER leaves no bit and no spurious event behind",
    needs: pool
  ) { (trial) throws(CaseEnd) in
    try WriteProtect.unregisterClears(trial, .hugetlb, by: .unregister)
  }
  Case(
    "unreg.clears-bits/hugetlb-close", "closing the userfaultfd leaves no bit and no event behind",
    needs: pool
  ) { (trial) throws(CaseEnd) in try WriteProtect.unregisterClears(trial, .hugetlb, by: .close) }
  Case.each(
    "unreg.part", "unregistering a part leaves the rest protected",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.unregisterPart)
  Case.each(
    "mremap.noevent-clears", "a move without EVENT_REMAP leaves the protection behind",
    on: [.hugetlb], needs: files, body: WriteProtect.moveClears)
  Case.each(
    "mremap.event-keeps", "a move with EVENT_REMAP takes the protection along",
    on: [.hugetlb], needs: files + [.eventRemap], body: WriteProtect.moveKeeps)
  Case.each(
    "mprotect.roundtrip", "mprotect neither ends a protection nor makes one",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.protectionSurvivesMprotect)
  Case.each(
    "migrate.move-pages", "a page that migrates to another node stays protected",
    on: [.hugetlb, .hugetlbpriv], needs: files + [.numaNodes(2)],
    body: WriteProtect.migrationKeeps)
}

@CaseList var accesses: [Case] {
  Case.each(
    "access.kernel-write-blocks", "a system call that writes to a protected page waits",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.kernelWriteBlocks)
  Case.each(
    "access.two-mm-only-one-wp", "another process's stores concern nobody here",
    on: [.hugetlb], needs: files, body: Sharing.otherProcessBypasses)
  Case.each(
    "access.second-mapping-bypasses", "stores through another mapping concern nobody here",
    on: [.hugetlb], needs: files, body: Sharing.secondMappingBypasses)
  Case.each(
    "uffdwp.unprotect-keeps-copy", "lifting a protection does not bypass copy-on-write",
    on: [.hugetlbpriv], needs: pool, body: WriteProtect.unprotectKeepsCopy)
  Case.each(
    "wake.unprotect-wakes", "lifting the protection wakes exactly the waiting",
    on: [.hugetlb], needs: files, body: Wakeups.unprotectWakes)
}

@CaseList var fills: [Case] {
  Case.each(
    "copy.mode-wp", "a page filled by UFFDIO_COPY in mode WP is protected from the start",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: WriteProtect.copyProtects)
  Case.each(
    "copy.over-marker", "UFFDIO_COPY decides the protection of the marker it replaces",
    on: [.hugetlb, .hugetlbpriv], needs: files, body: Copies.overMarker)
  Case.each(
    "minor.basic", "a page that only the page cache has raises a minor fault",
    on: [.hugetlb], needs: [.minorHugetlb], body: MinorFaults.basic)
  Case.each(
    "minor.continue-wp", "UFFDIO_CONTINUE in mode WP maps the page protected",
    on: [.hugetlb], needs: files + [.minorHugetlb, .continueProtected],
    body: MinorFaults.continueProtects)
}
