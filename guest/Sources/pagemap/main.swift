import GuestKit

let every: [Backing] = [
  .anon, .shmem, .shanon, .tmpfs, .shmempriv, .hugetlb, .hugetlbpriv, .file, .filepriv,
]

Suite.main {
  kindCases
  swappedCases
}

@CaseList var kindCases: [Case] {
  Case.each(
    "pagemap.kinds", "pagemap tells pages, their frames and their sharing apart", on: every,
    body: kinds)
  Case.each(
    "pagemap.kinds", "pagemap has 512 entries for a huge page", on: [.thp, .shthp],
    body: kindsHuge)
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
  Case("pagemap.seed0-fork-after-pageout", "fork copies no shared entries", needs: [.swap])
  { (trial) throws(CaseEnd) in try forkAfterPageOut(trial, protected: false) }
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
