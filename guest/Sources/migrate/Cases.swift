import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

@CaseList var migration: [Case] {
  Case.each(
    "migrate.mbind", "mbind moves pages with their content and protection",
    on: [.anon, .shmem, .shmempriv, .hugetlb, .hugetlbpriv, .thp],
    needs: [.numaNodes(2), .root], needsOn: { [.writeProtect(on: $0)] + room($0) }, body: bindMoves)
  Case.each(
    "migrate.shared", "a page that a child shares moves for both",
    on: [.anon, .shmem, .shmempriv, .hugetlbpriv, .thp],
    needs: [.numaNodes(2), .root], needsOn: { [.writeProtect(on: $0)] + room($0) }, body: sharedMove
  )
  Case.each(
    "migrate.pinned-refused", "a pinned page does not move until it is unpinned",
    on: [.anon, .shmem, .hugetlb, .hugetlbpriv, .thp],
    needs: [.numaNodes(2), .root, .ioUring], needsOn: { [.writeProtect(on: $0)] + room($0) },
    body: pinnedStays)
  Case(
    "migrate.statuses", "move_pages says of each address what is there",
    needs: [.numaNodes(2), .root], body: statuses)
  Case.each(
    "migrate.compaction", "compaction moves pages with their content and protection",
    on: [.anon, .shmem], needs: [.root], needsOn: { [.writeProtect(on: $0)] }, body: compacts)
  Case.each(
    "migrate.soft-offline", "a page taken out of service moves with its content and protection",
    on: [.anon, .shmem, .hugetlb, .thp], needs: [.root, .memoryFailure],
    needsOn: { [.writeProtect(on: $0)] + room($0) }, body: softOffline)
  Case(
    "migrate.numa-balancing", "NUMA hint faults are no stores and leave the protection",
    needs: [.numaNodes(2), .root, .writeProtectAnon, .balancing], body: hintsAreNoStores)
}

extension Requirement {
  /// The kernel can move pages to where they are used.
  static let balancing = Requirement("numa-balancing") {
    TextFile.exists("/proc/sys/kernel/numa_balancing")
      ? nil
      : Lacking(.config, "no /proc/sys/kernel/numa_balancing (CONFIG_NUMA_BALANCING)")
  }
}
