import GuestKit
import UffdWP

// What tests of write-protection alone never ask for: refused fills, lost memory, long moves.
@CaseList var refusals: [Case] {
  let lost: [Requirement] = files + [.poison]
  Case.each(
    "copy.existing", "neither UFFDIO_COPY nor UFFDIO_ZEROPAGE replaces a page", on: [.shmem],
    needs: files, body: Fills.existing)
  Case.each(
    "copy.existing-costs-nothing", "refused copies take no room on a tmpfs", on: [.tmpfs],
    needs: files, body: Fills.existingCostsNothing)
  Case.each(
    "copy.charged", "pages made by UFFDIO_COPY are charged to the cgroup", on: [.shmem],
    needs: files + [.root, .cgroupMemory], body: Fills.charged)
  Case.each(
    "poison.basic", "access to a poisoned page is a memory failure", on: [.shmem], needs: lost,
    body: Poison.basic)
  Case.each(
    "poison.over-marker", "a protected hole is not poisoned", on: [.shmem, .shmempriv],
    needs: lost, body: Poison.overMarker)
  Poison.cases(on: [.shmem], needs: lost)
  Case.each(
    "hwpoison.beats-wp", "access to lost memory is a memory failure", on: [.shmem],
    needs: files + [.root, .memoryFailure], body: LostMemory.failsAccess)
  Case.each(
    "mremap.event-grows", "the event of a growing move names what was moved", on: [.shmem],
    needs: files + [.eventRemap], body: WriteProtect.growMoves)
  Case.each(
    "mremap.tables-event", "whole page tables move with their protection",
    on: [.shmem, .shmempriv], needs: files + [.eventRemap]
  ) { (trial, backing) throws(CaseEnd) in
    try WriteProtect.tablesMove(trial, backing, withEvent: true)
  }
  Case.each(
    "mremap.tables-no-event", "whole page tables move without their protection",
    on: [.shmem, .shmempriv], needs: files
  ) { (trial, backing) throws(CaseEnd) in
    try WriteProtect.tablesMove(trial, backing, withEvent: false)
  }
  Case.each(
    "wake.signal-interrupts", "a thread that waits in a fault handles its signals", on: [.shmem],
    needs: files, body: Wakeups.signalInterrupts)
}
