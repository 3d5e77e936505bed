/// What became of one planned case; every planned case ends with exactly one.
///
/// The first five are the guest's claims, the last four the host's own words.
package enum Verdict: String, CaseIterable, Codable, Sendable {
  /// The promise held, and the path was exercised.
  case pass
  /// The promise was broken, or the kernel complained while the case ran.
  case fail
  /// This kernel, configuration or machine lacks what the case needs.
  case skip
  /// The kernel did not take the path that the case is about.
  case unexercised
  /// The test itself could not do its work.
  case error
  /// The kernel oopsed or panicked while the case ran.
  case crash
  /// The case did not end before its deadline.
  case hang
  /// The guest vanished without a splat.
  case lost
  /// Planned, never started.
  case missing

  /// Whether such a result turns a run red unless a known issue explains it.
  ///
  /// Everything but `pass` and `skip` does, `unexercised` too: a green run means that every promise
  /// the kernel makes was really tested.
  package var isRed: Bool {
    switch self {
    case .pass, .skip: false
    case .fail, .unexercised, .error, .crash, .hang, .lost, .missing: true
    }
  }
}
