/// A run in one line: what a list of runs shows.
package struct RunListing: Equatable, Sendable, Encodable {
  package var run: String
  package var started: String?
  package var elapsedMilliseconds: Int?
  package var kernels: [String]
  package var machines: [String]
  package var results: Int
  /// Results that turn the run red.
  package var red: Int

  package init(
    run: String, started: String?, elapsedMilliseconds: Int?, kernels: [String],
    machines: [String], results: Int, red: Int
  ) {
    self.run = run
    self.started = started
    self.elapsedMilliseconds = elapsedMilliseconds
    self.kernels = kernels
    self.machines = machines
    self.results = results
    self.red = red
  }

  private enum CodingKeys: String, CodingKey {
    case run, started, kernels, machines, results, red
    case elapsedMilliseconds = "elapsed_ms"
  }
}
