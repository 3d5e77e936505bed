/// Why a result has its verdict, in one word that can be grouped by and one sentence.
package struct Reason: Equatable, Hashable, Codable, Sendable {
  /// The words that `reason.kind` can hold.
  package enum Kind: String, CaseIterable, Codable, Sendable {
    /// `skip`: the kernel does not have the feature.
    case feature
    /// `skip`: the kernel is configured without it.
    case config
    /// `skip`: the machine lacks memory, huge pages, swap or a file system.
    case resource
    /// `skip`: the program may not do it.
    case privilege
    /// `skip` for a reason outside the four kinds: a foreign program's.
    case other
    /// `unexercised`: what was not seen to happen.
    case unexercised
    /// `fail`: what the program said beside `not ok`.
    case failed
    /// `error`: the test says why it could not work.
    case test
    /// `error`, `missing`: the program ended, or gave up, and said nothing of this case.
    case unreported
    /// `error`: the program reported a case that was not planned, or one case twice.
    case unplanned
    /// `error`: how the guest broke the protocol.
    case breach = "protocol"
    /// `fail`, `crash`: the kernel's complaint.
    case splat
    /// `crash`: the guest panicked, and the console does not show how.
    case panic
    /// `hang`: which deadline passed. `missing`: that of the whole run.
    case deadline
    /// `lost`: how the guest went away.
    case vanished
    /// `fail`, `missing`: the kernel did not come up.
    case boot
    /// `missing`: an earlier case took the guest along.
    case guestGone = "guest-gone"
    /// `missing`: enough was seen to be red, and the rest left out as asked.
    case enough
    /// `missing`: somebody stopped the run.
    case interrupted
    /// `missing`: the host could not do its part.
    case host
  }

  package var kind: Kind
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Host trouble, in the first line of its error: what to try is said once, at the end of the run.
  package static func host(_ error: String) -> Reason {
    Reason(.host, String(error.prefix { $0 != "\n" }))
  }
}
