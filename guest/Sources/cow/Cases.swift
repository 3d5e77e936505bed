import GuestKit
import UffdWP

@CaseList var copies: [Case] {
  Case.each(
    "cow.basic-after-fork", "after fork each process's stores are its own",
    on: [.anon, .thp, .hugetlbpriv, .shmempriv, .filepriv], needsOn: { room($0) },
    body: basicCopies)
  Case(
    "cow.swapcache-fork", "after fork each process's stores to swapped pages are its own",
    needs: [.swap], body: swapCacheCopies)
  Case(
    "cow.exclusive-reuse/anon", "a page that the ended child shared is not copied again",
    needs: [.root]
  ) { (trial) throws(CaseEnd) in try exclusiveReuse(trial, .afterChild(.anon)) }
  Case(
    "cow.exclusive-reuse/thp", "a huge page that the ended child shared is not copied again",
    needs: [.root, .transparentHugePages]
  ) { (trial) throws(CaseEnd) in try exclusiveReuse(trial, .afterChild(.thp)) }
  Case(
    "cow.exclusive-reuse/swapped", "a page that was swapped in is not copied for a store",
    needs: [.root, .swap]
  ) { (trial) throws(CaseEnd) in try exclusiveReuse(trial, .afterSwapIn) }
}

@CaseList var pins: [Case] {
  for backing in [Backing.anon, .thp, .hugetlbpriv] {
    Case(
      "cow.iouring-fixed-buffer-fork/\(backing.rawValue)-child-writes",
      "a pin stays the parent's when the child stores after fork",
      needs: [.ioUring] + room(backing)
    ) { (trial) throws(CaseEnd) in try fixedBuffer(trial, backing, .child) }
    Case(
      "cow.iouring-fixed-buffer-fork/\(backing.rawValue)-parent-writes",
      "a pin stays the parent's when it stores after fork",
      needs: [.ioUring] + room(backing)
    ) { (trial) throws(CaseEnd) in try fixedBuffer(trial, backing, .parent) }
  }
  Case.each(
    "cow.pinned-wp-store", "a store to a protected and pinned page keeps the page",
    on: [.anon, .thp, .hugetlbpriv], needs: [.ioUring, .root],
    needsOn: { [.writeProtect(on: $0)] }, body: pinnedStore)
}
