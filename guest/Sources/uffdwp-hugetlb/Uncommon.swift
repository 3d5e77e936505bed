import GuestKit
import UffdWP

// What tests of write-protection alone never ask for: refused fills, lost memory, the pool's books.
@CaseList var refusals: [Case] {
  let lost: [Requirement] = files + [.poison]
  let both: [Backing] = [.hugetlb, .hugetlbpriv]
  Case.each(
    "reg.readonly-shared-eperm", "a file that may only be read is not registered", on: [.hugetlb],
    needs: files, body: Registration.readOnlyFile)
  Case.each(
    "copy.existing", "UFFDIO_COPY replaces no page", on: both, needs: files, body: Fills.existing)
  Case.each(
    "copy.pool-kept", "a copy takes one page of the pool", on: both, needs: files
  ) { (trial, backing) throws(CaseEnd) in try PoolFills.poolKept(trial, backing, .present) }
  Case.each(
    "copy.pool-kept-untouched", "a copy that is done in two runs takes one page of the pool",
    on: both, needs: files
  ) { (trial, backing) throws(CaseEnd) in try PoolFills.poolKept(trial, backing, .untouched) }
  Case.each(
    "copy.pool-kept-failed", "a failed copy takes nothing of the pool", on: both, needs: files
  ) { (trial, backing) throws(CaseEnd) in try PoolFills.poolKept(trial, backing, .unmapped) }
  Case.each(
    "poison.basic", "access to a poisoned page is a memory failure", on: both, needs: lost,
    body: Poison.basic)
  Case.each(
    "poison.over-marker", "a protected hole is not poisoned", on: both, needs: lost,
    body: Poison.overMarker)
  Poison.cases(on: [.hugetlb], needs: lost)
  Case(
    "unreg.hugetlb-alignment", "part of a huge page cannot be unregistered",
    needs: pool, body: unregisterAlignment)
  Case.each(
    "copy.errors", "UFFDIO_COPY refuses wrong arguments", on: [.hugetlb],
    needs: [.userfaultfd], body: FillErrors.arguments)
  Case.each(
    "copy.partial", "a fill says how far it came", on: [.hugetlb], needs: [.userfaultfd],
    body: FillErrors.partial)
  Case.each(
    "copy.errors-page-cache", "what the page cache has is not replaced", on: [.hugetlb],
    needs: [.userfaultfd], body: FillErrors.pageCache)
  Case.each(
    "wake.copy-only-filled", "UFFDIO_COPY wakes who waits in what it filled", on: [.hugetlb],
    needs: [.userfaultfd], body: Queues.copyWakesOnlyFilled)
  Case.each(
    "guard.basic", "the pool's memory has no guards", on: [.hugetlb], needs: [.guardAnon],
    body: Guards.refused)
  Case.each(
    "hwpoison.beats-wp", "access to lost memory is a memory failure", on: [.hugetlb],
    needs: files + [.root, .memoryFailure], body: LostMemory.failsAccess)
}

@CaseList var gigabytes: [Case] {
  let large: [Requirement] = files + [.hugePages1G]
  Case(
    "uffdwp-hugetlb1g.basic", "a page of 1 GiB is protected and reported as one", needs: large,
    deadline: .seconds(30), body: gigabyteBasic)
  Case(
    "uffdwp-hugetlb1g.dontneed-marker", "a zapped page of 1 GiB leaves a marker",
    needs: large + [.hugetlbDontNeed], deadline: .seconds(30), body: gigabyteMarker)
  Case(
    "wpioctl.hugetlb-subpage/1g", "part of a page of 1 GiB can neither be protected nor lifted",
    needs: large, body: gigabyteSubpage)
}
