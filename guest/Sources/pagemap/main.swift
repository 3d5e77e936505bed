import GuestKit

let every: [Backing] = [
  .anon, .shmem, .shanon, .tmpfs, .shmempriv, .hugetlb, .hugetlbpriv, .file, .filepriv,
]

let scanning: [Requirement] = [.pagemapScan]
let tracking: [Requirement] = [.pagemapScan, .writeProtectAsync]

Suite.main {
  kindCases
  swappedCases
  scanCases
  protectCases
}

@CaseList var kindCases: [Case] {
  Case.each(
    "pagemap.kinds", "pagemap tells pages, their frames and their sharing apart", on: every,
    body: kinds)
  Case.each(
    "pagemap.kinds", "pagemap has 512 entries for a huge page", on: [.thp, .shthp],
    needs: [.root], body: kindsHuge)
  Case.each(
    "pagemap.uffd-wp", "the bit of a protected page, its category and its fault agree",
    on: [.anon, .shmem, .shmempriv, .hugetlb, .hugetlbpriv], needs: [.pagemapWriteProtect],
    needsOn: { [.writeProtect(on: $0)] }, body: protectionShows)
  Case(
    "pagemap.uffd-wp/thp", "a protected huge page shows 512 times",
    needs: [.pagemapWriteProtect, .writeProtectAnon, .transparentHugePages],
    body: hugeProtectionShows)
  Case(
    "pagemap.privileges-errors", "pagemap refuses odd reads and hides frames from users",
    needs: [.root], body: privilegesAndErrors)
  Case(
    "pagemap.across-areas", "one read over areas and gaps has each entry in its place",
    needs: [.root], body: acrossAreas)
  Case("mincore.errors", "mincore refuses what is not mapped", body: residencyErrors)
  Case.each(
    "mincore.matrix", "mincore tells pages in memory from holes and markers",
    on: [.anon, .shmem, .hugetlb], body: residency)
}

@CaseList var swappedCases: [Case] {
  Case.each(
    "pagemap.shmem-swapped-invisible", "shared pages in swap look like holes to pagemap alone",
    on: [.shmem, .shanon, .tmpfs], needs: [.swap], body: sharedSwappedInvisible)
  Case.each(
    "pagemap.private-swapped-visible", "private pages in swap are marked so",
    on: [.anon, .shmempriv], needs: [.swap, .root], body: privateSwappedVisible)
  Case(
    "pagemap.seed0-two-process-zap", "one zaps, one pages out, and the data is there",
    needs: [.swap], body: twoProcessZap)
  Case("pagemap.seed0-fork-after-pageout", "fork copies no shared entries", needs: [.swap]) {
    (trial) throws(CaseEnd) in try forkAfterPageOut(trial, protected: false)
  }
  Case(
    "pagemap.seed0-fork-after-pageout/protected", "fork copies no markers without EVENT_FORK",
    needs: [.swap, .writeProtectFiles]
  ) { (trial) throws(CaseEnd) in try forkAfterPageOut(trial, protected: true) }
  Case(
    "pagemap.seed0-criu", "lseek shows a dumper what pagemap does not", needs: [.swap],
    body: dumperSequence)
  Case(
    "pagemap.marker-looks-swapped", "the marker of a protected hole looks swapped",
    needs: [.writeProtectFiles, .pagemapWriteProtect], body: markerLooksSwapped)
  Case(
    "pagemap.anon-swap-fork", "pages out at fork come in for each side alone", needs: [.swap],
    body: anonSwapFork)
}

@CaseList var scanCases: [Case] {
  Case(
    "scan.argument-errors", "PAGEMAP_SCAN refuses what makes no sense", needs: scanning,
    body: scanArguments)
  Case.each(
    "scan.categories", "each state of a page has its categories",
    on: [.anon, .shmem, .shmempriv], needs: scanning + [.swap], body: categories)
  Case.each(
    "scan.categories", "each state of a page has its categories", on: [.file, .filepriv],
    needs: scanning, body: categories)
  Case.each(
    "scan.categories", "each state of a hugetlb page has its categories",
    on: [.hugetlb, .hugetlbpriv], needs: scanning, body: categoriesHugetlb)
  Case.each(
    "scan.categories", "huge pages have a category", on: [.thp, .shthp], needs: scanning,
    body: categoriesHuge)
  Case(
    "scan.soft-dirty", "the soft-dirty category follows pagemap's bit",
    needs: [.pagemapScan, .softDirty, .scanSoftDirty], body: scanSoftDirty)
  Case(
    "scan.vec-len-and-walk-end", "a scan stops where it can be taken up again", needs: scanning,
    body: scanLimits)
  Case(
    "scan.many-regions", "more regions than the kernel's buffer holds come whole",
    needs: scanning, body: scanManyRegions)
  Case(
    "scan.many-regions/walk-end", "walk_end is the end after many regions, too",
    needs: scanning, body: scanManyRegionsEnd)
  Case(
    "scan.masks", "the masks select all of, any of and the opposite of",
    needs: tracking + [.swap], body: scanMasks)
  Case(
    "scan.other-process", "a child's memory can be scanned", needs: scanning, body: otherProcess)
  Case(
    "scan.other-process/protecting", "a child's memory can be tracked from outside",
    needs: tracking, body: otherProcessProtected)
  Case(
    "scan.across-areas", "regions go on over the borders of areas", needs: scanning,
    body: scanAcrossAreas)
  Case(
    "scan.guard-category", "guard regions have a category", needs: [.pagemapScan, .scanGuard],
    body: guardRegions)
}

@CaseList var protectCases: [Case] {
  Case.each(
    "scan.get-and-wp", "what was written comes once and is tracked from then on",
    on: [.anon, .shmem, .hugetlb], needs: tracking, body: getAndProtect)
  Case.each(
    "scan.get-and-wp-absent", "pages out and pages that never were are tracked as well",
    on: [.anon, .shmem], needs: tracking + [.swap], body: getAndProtectAbsent)
  Case(
    "scan.thp-partial", "part of a huge page is protected only after it was broken up",
    needs: tracking + [.transparentHugePages], body: partOfHuge)
  Case(
    "scan.hugetlb-partial", "nothing of a hugetlb page is half protected",
    needs: tracking + [.hugePages(2)], body: partOfHugetlb)
  Case(
    "scan.hugetlb-hole-no-deadlock", "protecting hugetlb holes returns",
    needs: tracking + [.hugePages(4)], deadline: .seconds(5), body: hugetlbHoleReturns)
  Case(
    "scan.hugetlb-hole-not-written", "hugetlb pages that do not exist are not written",
    needs: scanning + [.hugePages(4)]
  ) { (trial) throws(CaseEnd) in try hugetlbHole(trial, registered: false) }
  Case(
    "scan.hugetlb-hole-not-written/registered", "nor are they where they are tracked",
    needs: tracking + [.hugePages(4)]
  ) { (trial) throws(CaseEnd) in try hugetlbHole(trial, registered: true) }
  Case(
    "scan.pmd-hole-written", "a zapped huge range counts as written",
    needs: tracking + [.transparentHugePages], body: hugeHoleWritten)
  Case(
    "scan.wpallowed", "only memory tracked asynchronously may be protected by a scan",
    needs: tracking, body: writeProtectable)
  Case.each(
    "scan.wpallowed-sync", "memory whose monitor wants to be asked is not protected by a scan",
    on: [.anon, .shmem], needs: tracking, needsOn: { [.writeProtect(on: $0)] },
    body: synchronousRefused)
  Case(
    "scan.vma-merge-immune", "a new neighbour makes nothing look written", needs: tracking,
    body: mergeImmune)
  Case(
    "async.atomic-get-clear", "a scan beside a writer loses no write", needs: tracking,
    body: atomicGetClear)
  Case(
    "scan.hugetlb-1g", "a scan protects a 1 GiB page as a whole and reports its stores",
    needs: [.hugePages1G, .writeProtectAsync, .pagemapScan], body: scanGigantic)
}
