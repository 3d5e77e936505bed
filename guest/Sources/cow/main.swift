import GuestKit

Suite.main {
  copies
  pins
  merging
  splices
  readOnlyPins
  fullMatrix
}
