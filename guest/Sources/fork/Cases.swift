import GuestKit
import UffdWP

@CaseList var withoutEvent: [Case] {
  orphan("fork-anon.no-event-clears-child", .anon)
  orphan("fork-shmem.no-event", .shmem)
  orphan("fork-shmempriv.no-event", .shmempriv)
  orphan("fork-htlb.no-event", .hugetlb)
  orphan("fork-htlbpriv.no-event", .hugetlbpriv)
  Case(
    "fork.marker-anon/noevent", "without EVENT_FORK the child inherits no anonymous marker",
    needs: [.writeProtectUnpopulated]
  ) { (trial) throws(CaseEnd) in try markerAnon(trial, withEvent: false) }
  Case(
    "fork.thp/noevent", "without EVENT_FORK the child's huge page is not protected",
    needs: [.writeProtectAnon, .transparentHugePages]
  ) { (trial) throws(CaseEnd) in try hugePage(trial, withEvent: false) }
}

func orphan(_ id: String, _ backing: Backing) -> Case {
  Case(
    id, "without EVENT_FORK the child has no protection and its stores complete",
    needs: [.writeProtect(on: backing)] + room(backing)
  ) { (trial) throws(CaseEnd) in try noEvent(trial, backing) }
}

@CaseList var withEvent: [Case] {
  Case.each(
    "fork.event-keeps-child", "with EVENT_FORK the child is protected and has its own tracker",
    on: [.anon, .shmem, .shmempriv, .hugetlb, .hugetlbpriv], needs: [.eventFork],
    needsOn: { [.writeProtect(on: $0)] + room($0) }, body: eventKeeps)
  Case(
    "fork.marker-anon/event", "with EVENT_FORK the child inherits anonymous markers",
    needs: [.writeProtectUnpopulated, .eventFork]
  ) { (trial) throws(CaseEnd) in try markerAnon(trial, withEvent: true) }
  Case(
    "fork.thp/event", "with EVENT_FORK the child's huge page is protected as a whole",
    needs: [.writeProtectAnon, .eventFork, .transparentHugePages]
  ) { (trial) throws(CaseEnd) in try hugePage(trial, withEvent: true) }
  Case.each(
    "fork.nested-event", "a grandchild has a tracker of its own, too", on: [.shmem],
    needs: [.eventFork, .writeProtectFiles], body: nestedEvent)
}

@CaseList var swapping: [Case] {
  for backing in [Backing.anon, .shmem] {
    Case(
      "fork.event-swapped/\(backing.rawValue)-noevent",
      "without EVENT_FORK the child's swapped pages are not protected",
      needs: [.writeProtect(on: backing), .swap]
    ) { (trial) throws(CaseEnd) in try swapped(trial, backing, withEvent: false) }
    Case(
      "fork.event-swapped/\(backing.rawValue)-event",
      "with EVENT_FORK the child's swapped pages are protected",
      needs: [.writeProtect(on: backing), .eventFork, .swap]
    ) { (trial) throws(CaseEnd) in try swapped(trial, backing, withEvent: true) }
  }
}

@CaseList var exceptions: [Case] {
  for backing in [Backing.anon, .hugetlbpriv] {
    for withEvent in [false, true] {
      Case(
        "fork.pinned-page-copy/\(backing.rawValue)-\(withEvent ? "event" : "noevent")",
        "fork copies a pinned page, and its protection only with EVENT_FORK",
        needs: [.writeProtect(on: backing), .eventFork, .ioUring, .root] + room(backing)
      ) { (trial) throws(CaseEnd) in try pinnedCopy(trial, backing, withEvent: withEvent) }
    }
  }
  Case(
    "fork.wipeonfork", "wiped memory comes to the child without protection",
    needs: [.writeProtectAnon, .eventFork], body: wipeOnFork)
  Case(
    "fork.dontfork", "memory that the child does not get raises no fork event",
    needs: [.writeProtectAnon, .eventFork], body: dontFork)
}
