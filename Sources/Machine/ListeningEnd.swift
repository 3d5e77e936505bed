package import Results

/// Why the host listens no longer to a program that has not ended.
package enum ListeningEnd: Error, Equatable, Sendable {
  /// It has said too much; the words continue "the guest …".
  case flood(String)
  /// It has said what the guest is to be kept for.
  case kept

  /// What that makes of the guest.
  package var guestEnd: GuestEnd {
    switch self {
    case .flood(let detail): .broken(detail)
    case .kept: .kept
    }
  }
}
