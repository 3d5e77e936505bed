import GuestKit
import LinuxMM
import UffdWP

private let tracking: [Requirement] = [.writeProtectAnon]

@CaseList var privileges: [Case] {
  Case(
    "api.unprivileged-sysctl", "unprivileged_userfaultfd decides what nobody may",
    needs: [.unprivilegedKnob], body: unprivilegedSysctl)
  Case(
    "api.unprivileged-sysctl/default", "nobody may not, unless the administrator says so",
    needs: [.unprivilegedKnob, .userModeOnly], body: unprivilegedDefault)
  Case(
    "api.user-mode-only-unprivileged", "nobody may with USER_MODE_ONLY, but without fork events",
    needs: [.unprivilegedKnob, .userModeOnly], body: userModeOnlyUnprivileged)
  Case(
    "api.dev-node", "/dev/userfaultfd gives whoever may open it a userfaultfd",
    needs: [.userfaultfdDevice, .unprivilegedKnob], body: deviceNode)
  Case(
    "api.fdinfo-vmflags", "fdinfo counts who waits, VmFlags say what is registered",
    needs: tracking, body: fdinfoVmflags)
  Case(
    "api.target-mm-exited", "the userfaultfd of a process that is gone does nothing",
    needs: tracking + [.eventFork], body: targetExited)
}

@CaseList var registrations: [Case] {
  Case(
    "reg.gap-tolerated", "a hole in a range does not keep the rest from being registered",
    needs: tracking, body: gapTolerated)
  Case(
    "reg.minor-on-anon", "anonymous memory has no minor faults", needs: tracking,
    body: minorOnAnon)
  Case(
    "reg.vma-split-merge", "registering splits mappings, and merges them again", needs: tracking,
    body: splitMerge)
  unsupported("sysv", "System V memory is not registered", .sysv)
  unsupported("secretmem", "secret memory is not registered", .secret)
  unsupported("vdso", "the vdso is not registered", .vdso)
  unsupported("droppable", "droppable memory is not registered", .droppable)
  unsupported("stack", "a stack is registered", .stack)
  unsupported("read-only", "private memory that may only be read is registered", .readOnly)
  unsupported("inaccessible", "inaccessible memory is registered", .inaccessible)
  unsupported("dev-zero-private", "a private /dev/zero is registered", .zeroPrivate)
  unsupported("dev-zero-shared", "a shared /dev/zero is registered", .zeroShared)
  Case.each(
    "reg.unsupported-backings", "files on disk are not registered", on: [.file, .filepriv],
    needs: tracking, body: unsupportedFile)
  Case(
    "reg.unsupported-backings/part", "one unfit mapping spoils the range",
    needs: tracking + Backing.file.requirements, body: unsupportedPart)
}

private func unsupported(_ leg: String, _ summary: String, _ kind: Memories) -> Case {
  Case("reg.unsupported-backings/" + leg, summary, needs: tracking) {
    (trial) throws(CaseEnd) in try unsupportedBacking(trial, kind)
  }
}

@CaseList var changes: [Case] {
  Case.each(
    "event.remove-unmap", "unmap and remove events name what goes",
    on: [.anon], needs: tracking + [.eventUnmap, .eventRemove], body: Changes.ranges)
  refused("anon", .remove, "while a removal is unread", .eventRemove)
  refused("anon-unmap", .unmap, "while an unmapping is unread", .eventUnmap)
  refused("anon-remap", .remap, "while a move is unread", .eventRemap)
  Case(
    "api.mmap-changing-eagain/answer", "the calls write EAGAIN into their argument, too",
    needs: tracking + [.eventRemove]
  ) { (trial) throws(CaseEnd) in
    try Changes.refusedMeanwhile(trial, .anon, .remove, answered: true)
  }
  Case(
    "mremap.grow-shrink-dontunmap/grow", "a mapping that grows elsewhere tells of both",
    needs: tracking + [.eventRemap, .eventUnmap]
  ) { (trial) throws(CaseEnd) in try Resizes.grow(trial, .anon) }
  Case(
    "mremap.grow-shrink-dontunmap/shrink", "a mapping that shrinks tells what goes",
    needs: tracking + [.eventUnmap, .eventRemap]
  ) { (trial) throws(CaseEnd) in try Resizes.shrink(trial, .anon) }
  Case(
    "mremap.grow-shrink-dontunmap/dontunmap", "what moved and what was left are both registered",
    needs: tracking + [.eventRemap, .eventUnmap]
  ) { (trial) throws(CaseEnd) in try Resizes.dontUnmap(trial, .anon, withEvent: true) }
  Case(
    "mremap.grow-shrink-dontunmap/dontunmap-no-event",
    "without EVENT_REMAP only what was left stays registered", needs: tracking
  ) { (trial) throws(CaseEnd) in try Resizes.dontUnmap(trial, .anon, withEvent: false) }
}

private func refused(
  _ leg: String, _ change: Changes.Change, _ when: String, _ needed: Requirement
) -> Case {
  Case(
    "api.mmap-changing-eagain/" + leg, "nothing is protected or filled " + when,
    needs: tracking + [needed]
  ) { (trial) throws(CaseEnd) in try Changes.refusedMeanwhile(trial, .anon, change) }
}

@CaseList var queues: [Case] {
  Case.each(
    "read.several", "one read gives as many events as fit", on: [.anon], needs: tracking,
    body: Queues.severalAtOnce)
  Case.each(
    "read.blocking", "a blocking read waits for a fault", on: [.anon], needs: tracking,
    body: Queues.blockingRead)
  Case.each(
    "unreg.close-unread", "closing wakes those whose events nobody read, too", on: [.anon],
    needs: tracking, body: Queues.closeUnread)
  Case.each(
    "wake.only-range", "UFFDIO_WAKE wakes who waits in its range", on: [.anon], needs: tracking,
    body: Queues.wakesOnlyRange)
  Case.each(
    "wake.all-on-page", "several threads that wait at one page all go on", on: [.anon],
    needs: tracking, body: Queues.allOnOnePage)
  Case.each(
    "wake.copy-only-filled", "UFFDIO_COPY wakes who waits in what it filled", on: [.anon],
    needs: [.userfaultfd], body: Queues.copyWakesOnlyFilled)
  Case.each(
    "unreg.part-missing", "unregistering a part wakes who waits there and nobody else",
    on: [.anon], needs: [.userfaultfd], body: Queues.unregisterPartMissing)
  Case.each(
    "api.features-per-descriptor", "each userfaultfd has the features it asked for", on: [.anon],
    needs: tracking + [.exactAddress], body: Queues.featuresPerDescriptor)
}

@CaseList var guards: [Case] {
  Case.each(
    "guard.basic", "a guard is what accesses meet until it is removed", on: [.anon, .thp],
    needs: [.guardAnon], body: Guards.basic)
  Case.each(
    "guard.over-protected", "a guard takes a protected page's place", on: [.anon],
    needs: tracking + [.guardAnon], body: Guards.overProtected)
  Case.each(
    "guard.tracked", "guards and write-protection leave each other alone", on: [.anon],
    needs: tracking + [.guardAnon], body: Guards.underTracking)
  Case.each(
    "guard.scan", "PAGEMAP_SCAN reports guards", on: [.anon],
    needs: [.guardAnon, .pagemapScan], body: Guards.scanned)
  meeting("populate", "MADV_POPULATE_READ and _WRITE stop at a guard", .populate, [.populate])
  meeting("mlock", "mlock stops at a guard", .lock)
  meeting("mlocked", "locked memory gets no guards", .lockFirst)
  meeting("mremap", "guards move with their mapping", .move)
  meeting("pageout", "guards stay while their neighbours are swapped out", .pageOut, [.swap])
  meeting("kernel-read", "a system call that reads a guard fails", .kernelRead)
  meeting("copy", "UFFDIO_COPY does not replace a guard", .copy, [.userfaultfd])
  meeting("poison", "UFFDIO_POISON does not replace a guard", .poison, [.poison])
}

private func meeting(
  _ leg: String, _ summary: String, _ kind: Guards.Meeting, _ more: [Requirement] = []
) -> Case {
  Case("guard.vs-others/" + leg, summary, needs: [.guardAnon] + more) {
    (trial) throws(CaseEnd) in try Guards.meets(trial, kind)
  }
}

@CaseList var mixtures: [Case] {
  Case(
    "zap.mixture/anon", "a zap over entries of all kinds leaves what is beside it",
    needs: tracking + [.swap]
  ) { (trial) throws(CaseEnd) in try Mixtures.zap(trial, .anon, .dontNeed) }
  Case(
    "mremap.mixture/anon", "entries of all kinds move over the ends of page tables",
    needs: tracking + [.swap, .eventRemap]
  ) { (trial) throws(CaseEnd) in try Mixtures.move(trial, .anon, withEvent: true) }
  Case(
    "mremap.mixture-no-event/anon", "without EVENT_REMAP they move without their protection",
    needs: tracking + [.swap]
  ) { (trial) throws(CaseEnd) in try Mixtures.move(trial, .anon, withEvent: false) }
  Case.each(
    "zap-async.dontneed-shmem-not-written", "a zapped private page was written to", on: [.anon],
    needs: [.writeProtectAsync, .pagemapScan], body: Zaps.asyncNotWritten)
}

@CaseList var movesOfStates: [Case] {
  let needs: [Requirement] = [.move]
  let huge = needs + [.transparentHugePages]
  Case(
    "move.swapped-src", "a page in swap moves as one in swap", needs: needs + [.swap],
    body: moveSwapped)
  Case(
    "move.preserves-wp-present", "a protected page that moves stays protected", needs: needs,
    body: movePreservesProtection)
  Case(
    "move.zero-page", "the zero page and holes move as what they are", needs: needs,
    body: moveZeroPage)
  Case("move.thp/whole", "a huge page moves as one", needs: huge, body: moveHuge)
  Case("move.thp/part", "a page moves out of a huge page", needs: huge) {
    (trial) throws(CaseEnd) in try moveHugePart(trial, 17)
  }
  Case("move.thp/head", "the first page moves out of a huge page", needs: huge) {
    (trial) throws(CaseEnd) in try moveHugePart(trial, 0)
  }
  Case(
    "move.thp/occupied", "a huge page moves as far as there is room", needs: huge,
    body: moveHugeOccupied)
  Case(
    "move.tables", "a long range moves over the ends of page tables", needs: needs + [.swap],
    body: moveTables)
  Case(
    "move.then-swap", "a moved page can be swapped out", needs: needs + [.swap],
    body: moveThenSwap)
  Case(
    "move.soft-dirty", "a moved page is soft-dirty", needs: needs + [.swap, .softDirty],
    body: moveSoftDirty)
  Case("move.wakes", "a move wakes who waits for the page", needs: needs, body: moveWakes)
  Case(
    "move.refused/areas", "UFFDIO_MOVE refuses memory that differs", needs: needs,
    body: moveAreasRefused)
  Case("move.partial", "UFFDIO_MOVE says how far it came", needs: needs, body: movePartial)
  Case(
    "move.refused/entries", "UFFDIO_MOVE replaces neither markers nor pages in swap",
    needs: needs + [.swap, .writeProtectUnpopulated], body: moveOntoEntries)
  Case(
    "move.refused/shared-once", "a page that was shared moves after its next store",
    needs: needs, body: moveSharedOnce)
  Case(
    "move.refused/shared-swapped", "a page in swap that a child shares does not move",
    needs: needs + [.swap], body: moveSharedSwapped)
  Case(
    "move.refused/foreign", "UFFDIO_MOVE moves nothing of another process",
    needs: needs + [.eventFork], body: moveForeign)
}
