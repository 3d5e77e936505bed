import GuestKit
import UffdWP

Suite.main {
  Case.each(
    "reg.ioctls-mask", "a registration promises exactly the ioctls it can do",
    on: [.shmem, .shmempriv], needs: [.userfaultfd], body: Registration.ioctlsMask)
  basics
  markers
  zaps
  lifetimes
  accesses
  fills
  Case.each(
    "async.no-event", "with WP_ASYNC a write only clears the bit",
    on: [.shmem, .shmempriv, .file, .filepriv], needs: [.writeProtectAsync, .pagemapScan],
    body: WriteProtect.asyncRaisesNoEvent)
  Case.each(
    "async.swapped", "with WP_ASYNC a store to a swapped page only clears the bit",
    on: [.shmem, .shmempriv], needs: [.writeProtectAsync, .pagemapScan, .swap],
    body: WriteProtect.asyncSwapped)
  refusals
  registrations
  changes
  queues
  fillErrors
  locked
  mixtures
}
