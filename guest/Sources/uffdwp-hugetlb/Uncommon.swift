import GuestKit
import UffdWP

// What tests of write-protection alone never ask for: refused fills, lost memory, the pool's books.
@CaseList var refusals: [Case] {
  let lost: [Requirement] = files + [.poison]
  let both: [Backing] = [.hugetlb, .hugetlbpriv]
  Case.each(
    "reg.read-only-file", "a file that may only be read is not registered", on: [.hugetlb],
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
  Case.each(
    "hwpoison.beats-wp", "access to lost memory is a memory failure", on: [.hugetlb],
    needs: files + [.root, .memoryFailure], body: LostMemory.failsAccess)
}
