import GuestKit
import LinuxMM
import UffdWP

@CaseList var registrations: [Case] {
  Case.each(
    "reg.readonly-shared-eperm", "a file that may only be read is not registered", on: [.shmem],
    needs: [.userfaultfd], body: Registration.readOnlyFile)
  Case(
    "reg.readonly-shared-eperm/sealed", "a file sealed against writing is not registered",
    needs: [.userfaultfd]
  ) { (trial) throws(CaseEnd) in try Registration.sealedFile(trial, .write) }
  Case(
    "reg.readonly-shared-eperm/sealed-future", "one sealed against later writing is not, either",
    needs: [.userfaultfd]
  ) { (trial) throws(CaseEnd) in try Registration.sealedFile(trial, .futureWrite) }
}

@CaseList var changes: [Case] {
  Case.each(
    "event.remove-unmap", "unmap and remove events name what goes", on: [.shmem],
    needs: files + [.eventUnmap, .eventRemove], body: Changes.ranges)
  Case(
    "api.mmap-changing-eagain/shmem", "nothing is protected or filled while a removal is unread",
    needs: files + [.eventRemove]
  ) { (trial) throws(CaseEnd) in try Changes.refusedMeanwhile(trial, .shmem, .remove) }
  Case.each(
    "api.user-mode-only-kernel-fault", "with USER_MODE_ONLY the kernel's faults are EFAULT",
    on: [.shmem], needs: files + [.userModeOnly], body: Delivery.userModeOnly)
  Case(
    "mremap.grow-shrink-dontunmap/shmem-shrink", "a mapping that shrinks tells what goes",
    needs: files + [.eventUnmap, .eventRemap]
  ) { (trial) throws(CaseEnd) in try Resizes.shrink(trial, .shmem) }
  Case(
    "mremap.grow-shrink-dontunmap/shmem-dontunmap",
    "what moved and what was left are both registered",
    needs: files + [.eventRemap, .eventUnmap]
  ) { (trial) throws(CaseEnd) in try Resizes.dontUnmap(trial, .shmem, withEvent: true) }
}

@CaseList var queues: [Case] {
  Case.each(
    "wake.only-range", "UFFDIO_WAKE wakes who waits in its range", on: [.shmem], needs: files,
    body: Queues.wakesOnlyRange)
  Case.each(
    "wake.copy-only-filled", "UFFDIO_COPY wakes who waits in what it filled", on: [.shmem],
    needs: [.userfaultfd], body: Queues.copyWakesOnlyFilled)
}

@CaseList var fillErrors: [Case] {
  Case.each(
    "copy.errors", "UFFDIO_COPY and UFFDIO_ZEROPAGE refuse wrong arguments", on: [.shmem],
    needs: [.userfaultfd], body: FillErrors.arguments)
  Case.each(
    "copy.partial", "a fill says how far it came", on: [.shmem, .shmempriv],
    needs: [.userfaultfd], body: FillErrors.partial)
  Case.each(
    "copy.errors-page-cache", "what the page cache has is not replaced", on: [.shmem],
    needs: [.userfaultfd], body: FillErrors.pageCache)
  Case.each(
    "copy.errors-eof", "nothing is filled behind the end of the file", on: [.shmem, .shmempriv],
    needs: [.userfaultfd], body: FillErrors.behindEnd)
}

@CaseList var locked: [Case] {
  let needs = files
  Case("mlock-populate.interplay/mlock", "mlock brings protected pages in", needs: needs) {
    (trial) throws(CaseEnd) in try Locking.interplay(trial, .shmem, .lock)
  }
  Case(
    "mlock-populate.interplay/populate-read", "MADV_POPULATE_READ keeps the protection",
    needs: needs + [.populate]
  ) { (trial) throws(CaseEnd) in try Locking.interplay(trial, .shmem, .populateRead) }
  Case(
    "mlock-populate.interplay/populate-write", "MADV_POPULATE_WRITE is a write",
    needs: needs + [.populate]
  ) { (trial) throws(CaseEnd) in try Locking.interplay(trial, .shmem, .populateWrite) }
  Case.each(
    "guard.basic", "a guard is what accesses meet until it is removed", on: [.shmem, .file],
    needs: [.guardFiles], body: Guards.basic)
  Case.each(
    "guard.over-protected", "a guard takes a protected page's place", on: [.shmem],
    needs: files + [.guardFiles], body: Guards.overProtected)
  Case.each(
    "guard.tracked", "guards and write-protection leave each other alone", on: [.shmem],
    needs: files + [.guardFiles], body: Guards.underTracking)
}

@CaseList var mixtures: [Case] {
  let needs = files + [.swap]
  for backing in [.shmem, .shmempriv] as [Backing] {
    Case("zap.mixture/" + backing.rawValue, "a zap leaves the markers of all kinds", needs: needs) {
      (trial) throws(CaseEnd) in try Mixtures.zap(trial, backing, .dontNeed)
    }
    Case(
      "mremap.mixture/" + backing.rawValue, "entries of all kinds move over page tables' ends",
      needs: needs + [.eventRemap]
    ) { (trial) throws(CaseEnd) in try Mixtures.move(trial, backing, withEvent: true) }
    Case(
      "mremap.mixture-no-event/" + backing.rawValue,
      "without EVENT_REMAP they move without their protection", needs: needs
    ) { (trial) throws(CaseEnd) in try Mixtures.move(trial, backing, withEvent: false) }
  }
  Case(
    "zap.mixture/shmem-remove", "MADV_REMOVE leaves the markers of all kinds", needs: needs
  ) { (trial) throws(CaseEnd) in try Mixtures.zap(trial, .shmem, .remove) }
  Case.each(
    "zap-async.dontneed-shmem-not-written", "a zapped page of a file was not written to",
    on: [.shmem], needs: [.writeProtectAsync, .pagemapScan], body: Zaps.asyncNotWritten)
}
