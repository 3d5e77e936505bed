import GuestKit
import UffdWP

Suite.main {
  Case(
    "uffdwp-anon.basic", "a protected page reports its first write, once, and only it",
    needs: [.writeProtectAnon]
  ) { (trial) throws(CaseEnd) in try WriteProtect.basic(trial, .anon) }
  Case.each(
    "uffdwp.page-isolation", "protecting one page leaves its neighbours alone",
    on: [.anon], needsOn: { [.writeProtect(on: $0)] }, body: WriteProtect.pageIsolation)
  Case(
    "uffdwp-anon.zero-page", "a protected zero page reports its first write",
    needs: [.writeProtectAnon], body: zeroPage)
  Case(
    "uffdwp-anon.unpopulated-marker", "protection of a page that does not exist yet holds",
    needs: [.writeProtectUnpopulated], body: unpopulatedMarker)
  Case(
    "zap-anon.dontneed-drops", "MADV_DONTNEED forgets the protection with the page",
    needs: [.writeProtectAnon], body: dontNeedDrops)
}
