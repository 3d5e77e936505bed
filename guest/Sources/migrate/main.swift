import GuestKit

Suite.main {
  migration
}
