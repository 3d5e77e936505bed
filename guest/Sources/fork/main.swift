import GuestKit

Suite.main {
  withoutEvent
  withEvent
  swapping
  exceptions
}
