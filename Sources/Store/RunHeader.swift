package import Results

/// What a `run.json` says besides its results.
package struct RunHeader: Equatable, Sendable {
  package var id: String
  package var started: String?
  package var elapsedMilliseconds: Int?
  package var seed: UInt64?
  package var guests: [GuestRecord]

  package init(
    id: String, started: String? = nil, elapsedMilliseconds: Int? = nil, seed: UInt64? = nil,
    guests: [GuestRecord] = []
  ) {
    self.id = id
    self.started = started
    self.elapsedMilliseconds = elapsedMilliseconds
    self.seed = seed
    self.guests = guests
  }

  /// What a run in memory says besides its results.
  package init(_ run: Run) {
    self.init(
      id: run.id, started: run.started, elapsedMilliseconds: run.elapsedMilliseconds,
      seed: run.seed, guests: run.guests)
  }
}
