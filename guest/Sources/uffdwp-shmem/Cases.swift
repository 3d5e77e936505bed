import GuestKit
import LinuxMM
import UffdWP

// The suite's cases by topic; each needs write-protection of shared memory (Linux 5.19).
let files: [Requirement] = [.writeProtectFiles]

@CaseList var basics: [Case] {
  basic("uffdwp-shmem.basic", .shmem)
  basic("uffdwp-shanon.basic", .shanon)
  basic("uffdwp-tmpfs.basic", .tmpfs)
  basic("uffdwp-shmempriv.basic", .shmempriv)
  Case.each(
    "uffdwp.page-isolation", "protecting one page leaves its neighbours alone",
    on: [.shmem, .shanon, .tmpfs, .shmempriv], needs: files, body: WriteProtect.pageIsolation)
  Case.each(
    "uffdwp.range-edges", "exactly the pages of a range are protected, and lifted",
    on: [.shmem, .shmempriv], needs: files, body: WriteProtect.rangeEdges)
}

func basic(_ id: String, _ backing: Backing) -> Case {
  Case(
    id, "a protected page reports its first write, once, and only it",
    needs: files + backing.requirements
  ) { (trial) throws(CaseEnd) in try WriteProtect.basic(trial, backing) }
}

@CaseList var markers: [Case] {
  Case.each(
    "uffdwp-shmem.unpopulated-marker", "protection of a page that does not exist yet holds",
    on: [.shmem, .shmempriv], needs: files, body: Markers.unpopulated)
  Case(
    "uffdwp-shmem.unpopulated-marker/sparse", "it holds where there is no page table yet",
    needs: files
  ) { (trial) throws(CaseEnd) in try Markers.unpopulatedSparse(trial, .shmem) }
  Case("uffdwp-shmem.marker-eof", "a marker behind the end of the file stays", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.markerBehindEnd(trial, .shmem)
  }
  Case.each(
    "munmap.drops-markers", "a new mapping where a protected one was has no protection",
    on: [.shmem], needs: files, body: Markers.unmapDrops)
}

@CaseList var zaps: [Case] {
  Case("zap-shmem.dontneed-keeps/dontneed", "a zapped page stays protected", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.dontNeedKeeps(trial, .shmem)
  }
  Case("zap-shmem.dontneed-keeps/locked", "MADV_DONTNEED_LOCKED does, too", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.dontNeedKeeps(trial, .shmem, .dontNeedLocked)
  }
  Case(
    "zap-shmempriv.dontneed-keeps", "a private copy that is zapped stays protected", needs: files
  ) { (trial) throws(CaseEnd) in try Zaps.dontNeedKeeps(trial, .shmempriv) }
  Case(
    "zap-shmempriv.dontneed-keeps/swapped", "so does one that is swapped out by then",
    needs: files + [.swap]
  ) { (trial) throws(CaseEnd) in try Zaps.swappedCopyKeeps(trial, .shmempriv) }
  Case("zap-shmem.remove-keeps/remove", "MADV_REMOVE leaves the protection", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.holeKeeps(trial, .shmem, .remove)
  }
  Case("zap-shmem.remove-keeps/punch", "a punched hole keeps the protection", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.holeKeeps(trial, .shmem, .punch)
  }
  Case("zap-shmem.truncate-keeps", "a truncated file keeps the protection", needs: files) {
    (trial) throws(CaseEnd) in try Zaps.truncateKeeps(trial, .shmem)
  }
  Case(
    "zap-shmempriv.punch-file-under-cow", "private copies do not care for their file's holes",
    needs: files
  ) { (trial) throws(CaseEnd) in try Zaps.punchUnderCopies(trial, .shmempriv) }
}

@CaseList var lifetimes: [Case] {
  Case(
    "unreg.clears-bits/shmem", "UFFDIO_UNREGISTER leaves no bit and no spurious event behind",
    needs: files
  ) { (trial) throws(CaseEnd) in
    try WriteProtect.unregisterClears(trial, .shmem, by: .unregister)
  }
  Case(
    "unreg.clears-bits/shmem-close", "closing the userfaultfd leaves no bit and no event behind",
    needs: files
  ) { (trial) throws(CaseEnd) in try WriteProtect.unregisterClears(trial, .shmem, by: .close) }
  Case.each(
    "unreg.close-wakes", "closing the userfaultfd wakes the waiting", on: [.shmem], needs: files,
    body: Wakeups.closeWakes)
  Case.each(
    "unreg.part", "unregistering a part leaves the rest protected", on: [.shmem, .shmempriv],
    needs: files, body: WriteProtect.unregisterPart)
  Case.each(
    "mremap.noevent-clears", "a move without EVENT_REMAP leaves the protection behind",
    on: [.shmem], needs: files, body: WriteProtect.moveClears)
  Case.each(
    "mremap.event-keeps", "a move with EVENT_REMAP takes the protection along",
    on: [.shmem], needs: files + [.eventRemap], body: WriteProtect.moveKeeps)
  Case.each(
    "mprotect.roundtrip", "mprotect neither ends a protection nor makes one",
    on: [.shmem, .shmempriv], needs: files, body: WriteProtect.protectionSurvivesMprotect)
  Case.each(
    "migrate.move-pages", "a page that migrates to another node stays protected",
    on: [.shmem, .shmempriv], needs: files + [.numaNodes(2)], body: WriteProtect.migrationKeeps)
}

@CaseList var accesses: [Case] {
  Case.each(
    "access.kernel-write-blocks", "a system call that writes to a protected page waits",
    on: [.shmem, .shmempriv], needs: files, body: WriteProtect.kernelWriteBlocks)
  Case.each(
    "access.two-mm-only-one-wp", "another process's stores concern nobody here",
    on: [.shmem], needs: files, body: Sharing.otherProcessBypasses)
  Case.each(
    "access.second-mapping-bypasses", "stores through another mapping concern nobody here",
    on: [.shmem], needs: files, body: Sharing.secondMappingBypasses)
  Case.each(
    "uffdwp.unprotect-keeps-copy", "lifting a protection does not bypass copy-on-write",
    on: [.shmempriv], needs: files, body: WriteProtect.unprotectKeepsCopy)
  Case.each(
    "api.sigbus-mode", "with the SIGBUS feature a fault is a signal or EFAULT", on: [.shmem],
    needs: files, body: Delivery.sigbus)
  Case.each(
    "wake.unprotect-wakes", "lifting the protection wakes exactly the waiting",
    on: [.shmem], needs: files, body: Wakeups.unprotectWakes)
  Case.each(
    "wake.dontwake-then-wake", "mode DONTWAKE leaves the waiting to UFFDIO_WAKE",
    on: [.shmem], needs: files, body: Wakeups.dontWakeThenWake)
  Case.each(
    "wake.stress-resolve", "1280 stores raise 1280 events", on: [.shmem], needs: files,
    body: Wakeups.stressResolve)
}

@CaseList var fills: [Case] {
  Case.each(
    "copy.mode-wp", "a page filled by UFFDIO_COPY in mode WP is protected from the start",
    on: [.shmem, .shmempriv], needs: files, body: WriteProtect.copyProtects)
  Case.each(
    "copy.over-marker", "UFFDIO_COPY decides the protection of the marker it replaces",
    on: [.shmem, .shmempriv], needs: files, body: Copies.overMarker)
  Case.each(
    "zeropage.over-marker", "UFFDIO_ZEROPAGE ends the protection of the marker it replaces",
    on: [.shmem], needs: files, body: Copies.zeroPageOverMarker)
  Case.each(
    "minor.basic", "a page that only the page cache has raises a minor fault",
    on: [.shmem], needs: [.minorShmem], body: MinorFaults.basic)
  Case.each(
    "minor.continue-wp", "UFFDIO_CONTINUE in mode WP maps the page protected",
    on: [.shmem], needs: files + [.minorShmem, .continueProtected],
    body: MinorFaults.continueProtects)
  Case.each(
    "minor.marker-consumed", "UFFDIO_CONTINUE without mode WP ends a marker's protection",
    on: [.shmem], needs: files + [.minorShmem], body: MinorFaults.markerConsumed)
  Case.each(
    "minor.swapped", "a page cache page that is swapped out raises a minor fault",
    on: [.shmem], needs: [.minorShmem, .swap], body: MinorFaults.swapped)
}
