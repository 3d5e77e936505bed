import GuestKit
import UffdWP

Suite.main {
  Case.each(
    "reg.ioctls-mask", "a registration promises exactly the ioctls it can do",
    on: [.hugetlb, .hugetlbpriv], needs: [.userfaultfd], body: Registration.ioctlsMask)
  Case(
    "reg.hugetlb-alignment", "part of a huge page cannot be registered",
    needs: [.userfaultfd, .hugePages(2)], body: registerAlignment)
  basics
  zaps
  lifetimes
  accesses
  fills
  Case.each(
    "async.no-event", "with WP_ASYNC a write only clears the bit", on: [.hugetlb, .hugetlbpriv],
    needs: [.writeProtectAsync, .pagemapScan], body: WriteProtect.asyncRaisesNoEvent)
  refusals
  gigabytes
}
