import GuestKit

let soft: [Requirement] = [.softDirty]
let hugeBackings: [Backing] = [.thp, .shthp]

Suite.main {
  Case.each(
    "softdirty.basic", "a store makes its page soft-dirty, a load none",
    on: [.anon, .shmem, .shanon, .tmpfs, .shmempriv, .file, .filepriv], needs: soft, body: basic)
  Case.each(
    "softdirty.basic", "a store makes all of a huge page soft-dirty", on: hugeBackings,
    needs: soft, body: basicHuge)
  Case.each(
    "softdirty.kernel-writes", "what the kernel writes for a system call is soft-dirty",
    on: [.anon, .shmem, .thp], needs: soft, body: kernelWrites)
  Case.each(
    "softdirty.forced-write", "a write forced into read-only memory is soft-dirty",
    on: [.anon, .shmempriv, .thp], needs: soft, body: forcedWrite)
  Case.each(
    "softdirty.across-tables", "clear_refs reaches over several page tables",
    on: [.anon, .shmem], needs: soft, body: acrossTables)
  Case(
    "softdirty.zero-page-and-new", "a load leaves a page clean, its first store does not",
    needs: soft, body: zeroPageAndNew)
  Case.each(
    "softdirty.read-then-write", "a file's page read first notices the first store",
    on: [.shmem, .file], needs: soft, body: readThenWrite)
  swapCases
  splitCases
  moveCases
  areaCases
  sharingCases
  folioCases
}

@CaseList var swapCases: [Case] {
  Case.each(
    "softdirty.swap-anon", "soft-dirty goes out with the page and comes back with it",
    on: [.anon, .shmempriv], needs: soft + [.swap], body: swapKeeps)
  Case.each(
    "softdirty.clear-while-swapped", "clear_refs reaches pages that are out",
    on: [.anon, .shmempriv], needs: soft + [.swap], body: clearWhileOut)
  Case.each(
    "softdirty.swapoff", "swapoff brings pages back as they went, and tracked",
    on: [.anon, .shmempriv], needs: soft + [.zram, .root], body: swapoffKeeps)
  Case(
    "softdirty.swap-shmem-lost/pageout", "written shared memory is known as such after swap",
    needs: soft + [.swap], body: swappedSharedStaysDirty)
  Case(
    "softdirty.swap-shmem-lost/zap", "written shared memory is known as such after a zap",
    needs: soft, body: zappedSharedStaysDirty)
}

@CaseList var splitCases: [Case] {
  Split.cases(
    "softdirty.thp-split-no-loss", "a written huge page stays dirty when it is broken up",
    on: Split.allCases, body: splitLosesNothing)
  Split.cases(
    "softdirty.thp-split-no-gain", "a clean huge page stays clean when it is broken up",
    on: [.dontneed, .debugfs, .pageout, .mprotect], body: splitGainsNothing)
  Split.cases(
    "softdirty.thp-split-tracked", "a huge page that was broken up is tracked page by page",
    on: [.dontneed, .debugfs, .pageout, .mprotect], body: trackedAfterSplit)
  Case(
    "softdirty.thp-mprotect", "mprotect of a huge page hides no store",
    needs: soft + [.transparentHugePages], body: hugeMprotect)
}

@CaseList var moveCases: [Case] {
  Case.each(
    "softdirty.mremap", "pages that moved are dirty at their new address", on: [.anon, .thp],
    needs: soft, body: moveDirties)
  Case(
    "softdirty.mremap/anon-swapped", "pages that moved while out are dirty",
    needs: soft + [.swap], body: moveDirtiesSwapped)
  Case(
    "softdirty.mremap/anon-table", "pages that moved as a whole page table are dirty",
    needs: soft + [.transparentHugePages], body: moveDirtiesTable)
  Case.each(
    "softdirty.migrate-base", "migration neither sets nor loses soft-dirty",
    on: [.anon, .shmem], needs: soft + [.numaNodes(2), .root], body: migrateBase)
  Case(
    "softdirty.migrate-thp", "a clean huge page stays clean when it migrates",
    needs: soft + [.transparentHugePages, .numaNodes(2), .root], body: migrateCleanHuge)
  Case(
    "softdirty.migrate-thp-no-loss", "a written huge page stays dirty when it migrates",
    needs: soft + [.transparentHugePages, .numaNodes(2), .root], body: migrateDirtyHuge)
  Case(
    "softdirty.migrate-thp-no-loss/freed", "a huge page given up lazily stays dirty as it migrates",
    needs: soft + [.transparentHugePages, .numaNodes(2), .root], body: migrateFreedHuge)
}

@CaseList var areaCases: [Case] {
  Case(
    "softdirty.vma-merge-false-positive", "a new neighbour makes a merged area dirty",
    needs: soft, body: newNeighbourDirties)
  Case(
    "softdirty.new-mapping", "a mapping in the place of a clean one is dirty", needs: soft,
    body: newMappingDirty)
  Case(
    "softdirty.new-tables", "a mapping without page tables is dirty, and tracked", needs: soft,
    body: newTablesDirty)
  Case("softdirty.merge-no-loss/mremap", "an area that a dirty one moved to is dirty", needs: soft)
  { (trial) throws(CaseEnd) in try mergeLosesNothing(trial, byMoving: true) }
  Case("softdirty.merge-no-loss/mprotect", "an area joined with a dirty one is dirty", needs: soft)
  { (trial) throws(CaseEnd) in try mergeLosesNothing(trial, byMoving: false) }
  Case.each(
    "softdirty.mprotect-split-merge", "mprotect neither makes pages dirty nor hides a store",
    on: [.anon, .shmem, .shmempriv], needs: soft, body: splitAndMerge)
  Case(
    "softdirty.clear-refs-args", "clear_refs takes 1 to 5, and only 4 clears soft-dirty",
    needs: soft, body: clearRefsArguments)
}

@CaseList var sharingCases: [Case] {
  Case.each(
    "softdirty.fork", "a child inherits the bits of private memory", on: [.anon, .shmempriv],
    needs: soft, body: forkInherits)
  Case(
    "softdirty.unshare-keeps", "a copy made for a pinning reader is as dirty as the page was",
    needs: soft + [.root], body: unshareKeeps)
  Case(
    "softdirty.fork/shmem", "a child has no bits of shared memory", needs: soft, body: forkShared)
  Case(
    "softdirty.fork/swapped", "pages out at fork keep their bits", needs: soft + [.swap],
    body: forkSwapped)
  Case(
    "softdirty.fork/thp", "a huge page's bit is inherited",
    needs: soft + [.transparentHugePages], body: forkHuge)
  Case(
    "softdirty.two-trackers", "a second tracker takes the first one's bits away",
    needs: soft + [.writeProtectAnon], body: twoTrackers)
  Case.each(
    "softdirty.uffdwp-orthogonal", "userfaultfd and soft-dirty track the same memory",
    on: [.anon, .shmem], needs: soft, needsOn: { [.writeProtect(on: $0)] },
    body: withUserfaultfd)
  Case(
    "softdirty.pinned-stays-dirty", "a pinned page stays dirty", needs: soft + [.ioUring],
    body: pinnedStaysDirty)
  Case(
    "softdirty.hugetlb-untracked", "hugetlb memory is not tracked", needs: soft + [.hugePages(2)],
    body: hugetlbUntracked)
  Case(
    "softdirty.uffdio-fills/copy", "what UFFDIO_COPY fills is dirty", needs: soft + [.userfaultfd]
  ) { (trial) throws(CaseEnd) in try filledIsDirty(trial, moving: false) }
  Case("softdirty.uffdio-fills/move", "what UFFDIO_MOVE brings is dirty", needs: soft + [.move]) {
    (trial) throws(CaseEnd) in try filledIsDirty(trial, moving: true)
  }
}

@CaseList var folioCases: [Case] {
  FolioTreatment.cases
  Case(
    "softdirty.thp-split-no-loss/zero-parts", "parts that are all zeros stay dirty",
    needs: soft + [.transparentHugePages, .root, .splitHugePages], body: zeroPartsStayDirty)
  Case(
    "softdirty.huge-zero-page", "the first store over the huge zero page is noticed",
    needs: soft + [.transparentHugePages], body: hugeZeroPage)
  Case(
    "softdirty.collapse-no-loss", "pages collapsed into a huge one take their dirt along",
    needs: soft + [.transparentHugePages, .collapse], body: collapseLosesNothing)
  Case.each(
    "softdirty.with-scan", "soft-dirty and a scan that protects leave each other alone",
    on: [.anon, .shmem], needs: soft + [.pagemapScan, .writeProtectAsync], body: withScan)
  Case(
    "softdirty.with-scan/thp", "a huge page's bits leave each other alone",
    needs: soft + [.pagemapScan, .writeProtectAsync, .transparentHugePages], body: withScanHuge)
  Case(
    "softdirty.protected-while-out", "protecting pages that are out keeps their bits",
    needs: soft + [.swap, .writeProtectAnon, .pagemapWriteProtect], body: protectedWhileOut)
}
