import GuestKit
import LinuxMM
import UffdWP

Suite.main {
  Case(
    "api.feature-mask", "every feature that UFFDIO_API offers can be had, and no other",
    needs: [.writeProtectAnon], body: featureMask)
  Case(
    "api.handshake-errors", "a descriptor is good for nothing before a correct handshake",
    needs: [.userfaultfd], body: handshakeErrors)
  Case(
    "reg.argument-errors", "wrong arguments register nothing", needs: [.writeProtectAnon],
    body: registerArguments)
  Case.each(
    "reg.ioctls-mask", "a registration promises exactly the ioctls it can do", on: [.anon],
    needs: [.writeProtectAnon], body: Registration.ioctlsMask)
  Case(
    "reg.exclusive-owner", "memory has one tracker", needs: [.writeProtectAnon],
    body: exclusiveOwner)
  Case(
    "wpioctl.argument-errors", "wrong arguments protect nothing", needs: [.writeProtectAnon],
    body: writeProtectArguments)

  Case(
    "uffdwp-anon.basic", "a protected page reports its first write, once, and only it",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try WriteProtect.basic(trial, .anon) }
  Case(
    "uffdwp-anon.zero-page", "a protected zero page reports its first write",
    needs: [.writeProtectAnon], body: zeroPage)
  Case.each(
    "uffdwp.page-isolation", "protecting one page leaves its neighbours alone",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.pageIsolation)
  Case(
    "uffdwp-anon.unpopulated-marker", "protection of a page that does not exist yet holds",
    needs: [.writeProtectUnpopulated], body: unpopulatedMarker)
  Case(
    "uffdwp-anon.unpopulated-marker/sparse", "it holds where there is no page table yet",
    needs: [.writeProtectUnpopulated], body: unpopulatedTables)
  Case(
    "zap-anon.dontneed-drops", "MADV_DONTNEED forgets the protection with the page",
    needs: [.writeProtectAnon], body: dontNeedDrops)

  Case(
    "unreg.clears-bits/anon", "UFFDIO_UNREGISTER leaves no bit and no spurious event behind",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in
    try WriteProtect.unregisterClears(trial, .anon, by: .unregister)
  }
  Case(
    "unreg.clears-bits/anon-close", "closing the userfaultfd leaves no bit and no event behind",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try WriteProtect.unregisterClears(trial, .anon, by: .close) }
  Case.each(
    "mremap.noevent-clears", "a move without EVENT_REMAP leaves the protection behind",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.moveClears)
  Case.each(
    "migrate.move-pages", "a page that migrates to another node stays protected",
    on: [.anon], needs: [.numaNodes(2)], needsOn: { [.writeProtect(on: $0)] },
    body: WriteProtect.migrationKeeps)
  Case.each(
    "access.kernel-write-blocks", "a system call that writes to a protected page waits",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.kernelWriteBlocks)
  Case.each(
    "copy.mode-wp", "a page filled by UFFDIO_COPY in mode WP is protected from the start",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.copyProtects)
  Case.each(
    "async.no-event", "with WP_ASYNC a write only clears the bit", on: [.anon],
    needs: [.writeProtectAsync, .pagemapScan], body: WriteProtect.asyncRaisesNoEvent)

  Case.each(
    "api.sigbus-mode", "with the SIGBUS feature a fault is a signal or EFAULT", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Delivery.sigbus)
  Case.each(
    "api.exact-address", "with EXACT_ADDRESS an event names the byte", on: [.anon],
    needs: [.exactAddress], needsOn: { [.writeProtect(on: $0)] }, body: Delivery.exactAddress)
  Case(
    "api.thread-id", "with THREAD_ID an event names the thread", needs: [.writeProtectAnon],
    body: threadID)
  Case(
    "reg.mode-union", "registering again with fewer modes takes none away",
    needs: [.writeProtectAnon], body: modeUnion)
  Case(
    "reg.foreign-unregister", "nobody unregisters what another tracker registered",
    needs: [.writeProtectAnon], body: foreignUnregister)
  Case(
    "wpioctl.multi-vma", "one call protects several mappings and skips holes",
    needs: [.writeProtectAnon], body: severalMappings)
  Case(
    "wpioctl.partial-tail", "a range with an unregistered tail is refused",
    needs: [.writeProtectAnon], body: partialTail)
  Case(
    "uffdwp-anon.unpopulated-default", "without WP_UNPOPULATED a hole stays unprotected",
    needs: [.writeProtectAnon], body: unpopulatedDefault)
  Case.each(
    "wake.dontwake-then-wake", "mode DONTWAKE leaves the waiting to UFFDIO_WAKE", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Wakeups.dontWakeThenWake)
  Case.each(
    "wake.unprotect-wakes", "lifting the protection wakes exactly the waiting", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Wakeups.unprotectWakes)
  Case.each(
    "unreg.close-wakes", "closing the userfaultfd wakes the waiting", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Wakeups.closeWakes)
  Case.each(
    "uffdwp.range-edges", "exactly the pages of a range are protected, and lifted", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.rangeEdges)
  Case.each(
    "mprotect.roundtrip", "mprotect neither ends a protection nor makes one", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.protectionSurvivesMprotect)
  Case.each(
    "mremap.event-keeps", "a move with EVENT_REMAP takes the protection along", on: [.anon],
    needs: [.eventRemap], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.moveKeeps)
  Case(
    "unreg.wp-does-not-wake", "unregistering leaves a blocked writer to UFFDIO_WAKE",
    needs: [.writeProtectAnon], body: unregisterDoesNotWake)

  Case(
    "zap-anon.free-cold-keep/free", "MADV_FREE leaves the protection of pages that stay",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try adviceKeeps(trial, .free) }
  Case(
    "zap-anon.free-cold-keep/cold", "MADV_COLD leaves the protection alone",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try adviceKeeps(trial, .cold) }
  Case.each(
    "unreg.part", "unregistering a part leaves the rest protected", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.unregisterPart)
  Case.each(
    "uffdwp.unprotect-keeps-copy", "lifting a protection does not bypass copy-on-write",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.unprotectKeepsCopy)
  Case.each(
    "uffdwp.sparse-range", "one call over many page tables finds every page", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.sparseRange)
  Case.each(
    "async.swapped", "with WP_ASYNC a store to a swapped page only clears the bit", on: [.anon],
    needs: [.writeProtectAsync, .pagemapScan, .swap], body: WriteProtect.asyncSwapped)
  Case.each(
    "wake.signal-interrupts", "a thread that waits in a fault handles its signals", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Wakeups.signalInterrupts)
  Case.each(
    "mremap.event-grows", "the event of a growing move names what was moved", on: [.anon],
    needs: [.eventRemap], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.growMoves)
  Case.each(
    "api.user-mode-only-kernel-fault", "with USER_MODE_ONLY the kernel's faults are EFAULT",
    on: [.anon],
    needs: [.userModeOnly], needsOn: { [.writeProtect(on: $0)] }, body: Delivery.userModeOnly)
  Case.each(
    "api.thread-id-other", "events of several threads name each", on: [.anon],
    needsOn: { [.writeProtect(on: $0)] }, body: Delivery.otherThread)
  Case.each(
    "hwpoison.beats-wp", "access to lost memory is a memory failure", on: [.anon],
    needs: [.root, .memoryFailure], needsOn: { [.writeProtect(on: $0)] },
    body: LostMemory.failsAccess)
  privileges
  registrations
  changes
  queues
  fills
  poison
  moves
  movesOfStates
  guards
  mixtures
}
