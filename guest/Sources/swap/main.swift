import GuestKit

let privateAndShared: [Backing] = [.anon, .shmem, .shmempriv]
let needsWP: @Sendable (Backing) -> [Requirement] = { [.writeProtect(on: $0)] }

Suite.main {
  Case(
    "swap-anon.out-in-keeps", "protection goes out with the page and comes back with it",
    needs: [.swap, .writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try outInKeeps(trial, .anon) }
  Case.each(
    "swap-shmem.out-in-keeps", "protection of shared memory outlives its trip to swap",
    on: [.shmem, .shanon, .tmpfs], needs: [.swap], needsOn: needsWP, body: outInKeeps)
  Case(
    "swap-shmempriv.out-in-keeps", "protection of private file pages goes out and comes back",
    needs: [.swap, .writeProtectFiles]
  ) { (trial) throws(CaseEnd) in try outInKeeps(trial, .shmempriv) }
  Case.each(
    "swap.above-47-bits", "memory that only page tables of five levels reach goes out and back",
    on: [.anon, .shmem], needs: [.swap, .fiveLevels], needsOn: needsWP, body: outInAbove47Bits)
  Case.each(
    "swap.unwp-while-out", "lifting the protection of a page that is out leaves no trap",
    on: privateAndShared, needs: [.swap], needsOn: needsWP, body: unprotectWhileOut)
  Case.each(
    "swap.wp-while-out", "a page that is out can be protected",
    on: privateAndShared, needs: [.swap], needsOn: needsWP, body: protectWhileOut)
  Case.each(
    "swap.range-mixed", "one call protects or lifts over pages present, out and empty",
    on: privateAndShared, needs: [.swap], needsOn: needsWP, body: mixedRange)
  Case.each(
    "swap.zap-while-out", "zapping pages that are out drops or keeps as for present ones",
    on: privateAndShared, needs: [.swap], needsOn: needsWP, body: zapWhileOut)
  Case.each(
    "swap.mremap-while-out", "pages that are out take their protection to a new address",
    on: [.anon, .shmem], needs: [.swap, .eventRemap], needsOn: needsWP
  ) { (trial, backing) throws(CaseEnd) in try moveWhileOut(trial, backing, withEvent: true) }
  Case.each(
    "swap.mremap-while-out-unheard", "moved without event, pages that are out are unprotected",
    on: [.anon, .shmem], needs: [.swap], needsOn: needsWP
  ) { (trial, backing) throws(CaseEnd) in try moveWhileOut(trial, backing, withEvent: false) }
  Case.each(
    "swap.mprotect-while-out", "mprotect while out neither drops nor adds protection",
    on: [.anon, .shmem], needs: [.swap], needsOn: needsWP, body: mprotectWhileOut)
  Case.each(
    "swap.repeat-cycles", "five trips to swap and every page is still protected",
    on: [.anon, .shmem], needs: [.swap], needsOn: needsWP, body: repeatCycles)
  Case.each(
    "swap.part-out", "part of a protected range goes out and all of it stays protected",
    on: [.anon, .shmem], needs: [.swap], needsOn: needsWP, body: partOut)
  Case.each(
    "swap.out-twice", "protection lifted between two trips to swap does not come back",
    on: [.anon, .shmem], needs: [.swap], needsOn: needsWP, body: outTwice)
  Way.cases
  Case(
    "swap.swapoff-anon", "swapoff brings pages back protected and soft-dirty as they went",
    needs: [.zram, .root, .writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try swapoffAnon(trial, .anon) }
  Case(
    "swap.swapoff-shmempriv", "swapoff brings private file pages back as they went",
    needs: [.zram, .root, .writeProtectFiles]
  ) { (trial) throws(CaseEnd) in try swapoffAnon(trial, .shmempriv) }
  Case(
    "swap.swapoff-shmem", "swapoff leaves the markers of shared pages",
    needs: [.zram, .root, .writeProtectFiles], body: swapoffShmem)
  Case.each(
    "swap.counters-return", "swap use returns to what it was",
    on: [.anon, .shmem], needs: [.zram, .root], needsOn: needsWP, body: countersReturn)
  Case(
    "swap.zero-slots-reused", "slots that held pages of zeros hold data next time",
    needs: [.zram, .root], body: zeroSlotsReused)
  Case(
    "swap.zero-slot-rewritten", "a page of zeros that is written and goes out again holds data",
    needs: [.root, .disk, .cgroupMemory], body: zeroSlotRewritten)
  Case(
    "swap.zswap-freed", "zswap drops its copies when memory that is out is unmapped",
    needs: [.swap, .root, .compressedSwap], body: zswapFreed)
  Case.each(
    "migrate.then-swap", "a page that changed nodes goes out with data and protection",
    on: [.anon, .shmem], needs: [.swap, .root, .numaNodes(2)], needsOn: needsWP,
    body: migrateThenSwap)
  Case(
    "migrate.stays-exclusive", "a page that changed nodes is not copied for a store",
    needs: [.root, .numaNodes(2), .writeProtectAnon], body: migratedStaysExclusive)
  Case(
    "cow.unshare-keeps-wp/anon", "a copy made for a pinning reader is protected",
    needs: [.root, .writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try unshareKeeps(trial, swapped: false) }
  Case(
    "cow.unshare-keeps-wp/swapped", "a copy made for a pinning reader is protected",
    needs: [.root, .swap, .writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try unshareKeeps(trial, swapped: true) }
  Case(
    "cow.unshare-keeps-wp/hugetlbpriv", "a copy made for a pinning reader is protected",
    needs: [.root, .hugePages(12), .writeProtect(on: .hugetlbpriv)]
  ) { (trial) throws(CaseEnd) in try unshareKeeps(trial, .hugetlbpriv, swapped: false) }
  Case.each(
    "swap.memcg-pressure", "reclaim under pressure keeps each page's protection apart",
    on: [.anon, .shmem], needs: [.swap, .root, .cgroupMemory], needsOn: needsWP,
    body: groupPressure)
  Case(
    "swap.two-mm-shared-pressure", "only who protected shared pages finds them protected",
    needs: [.swap, .root, .cgroupMemory, .writeProtectFiles], body: twoProcessPressure)
  Case.each(
    "swap.async-written", "asynchronous protection tells what was written across swap",
    on: [.anon, .shmem], needs: [.swap, .writeProtectAsync, .pagemapScan],
    body: asyncKeepsWritten)
  Case.each(
    "swap.scan-while-out", "PAGEMAP_SCAN reports and protects pages that are out",
    on: [.anon, .shmem], needs: [.swap, .writeProtectAsync, .pagemapScan],
    body: scanProtectsWhileOut)
  FolioTreatment.cases
  SwapKind.cases
  SwapRule.cases
  SwapPiece.cases
  Case(
    "zap-anon.free-then-reclaim-drops", "a page freed and reclaimed is gone with its protection",
    needs: [.writeProtectAnon, .root], body: freeThenReclaim)
  Case("populate.basic", "populating maps what it says", needs: [.populate], body: populateBasic)
  Case.each(
    "stress.toggle-storm", "a storm of protecting and reclaim loses no store",
    on: [.shmem, .anon], needs: [.swap], needsOn: needsWP, body: toggleStorm)
}
