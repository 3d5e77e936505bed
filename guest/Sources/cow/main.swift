import GuestKit

Suite.main {
  copies
  pins
  merging
  mergedPages
  rows
  families
  hugeParts
  accesses
  splices
  readOnlyPins
  fullMatrix
  collapses
}
