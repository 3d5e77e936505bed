import GuestKit
import GuestProtocol

/// What no kernel has.
let nobodyHasIt = Requirement("perfection") {
  Requirement.Lacking(.feature, "no perfection (Linux 99)")
}
