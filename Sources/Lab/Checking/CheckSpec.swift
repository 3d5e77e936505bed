package import Foundation
package import Kernels
package import Machine
internal import Results

/// What a check of a series is to do, with every name resolved and every patch applied.
package struct CheckSpec: Sendable {
  /// Which kernels of a series are built and tested.
  package enum Strategy: String, CaseIterable, Sendable {
    /// Every patch is built and tested.
    case every
    /// Every patch is built; the base and the last one are tested, and for each difference the
    /// patches between them that halve the question.
    case ends
    /// As `ends`, and built is only what is tested.
    case bisect
  }

  package var source: SourceTree
  package var fragments: [ConfigFragment]
  package var series: [AppliedSeries.Step]
  package var machine: MachineProfile
  package var suites: [Suite]
  package var strategy: Strategy
  /// How often a difference is tried again on each side, in fresh guests; 0 takes it as it is.
  package var repeats: Int
  package var accelerator: AcceleratorChoice
  /// Where the files of all runs go; made by the caller.
  package var directory: URL
  package var id: String

  package init(
    source: SourceTree, fragments: [ConfigFragment], series: [AppliedSeries.Step],
    machine: MachineProfile, suites: [Suite], strategy: Strategy, repeats: Int,
    accelerator: AcceleratorChoice, directory: URL, id: String
  ) {
    self.source = source
    self.fragments = fragments
    self.series = series
    self.machine = machine
    self.suites = suites
    self.strategy = strategy
    self.repeats = repeats
    self.accelerator = accelerator
    self.directory = directory
    self.id = id
  }

  /// The column of the base (0) or of a patch.
  func column(_ index: Int) -> CheckColumn {
    index == 0
      ? CheckColumn(.base, of: series.count)
      : CheckColumn(
        .patch, number: index, of: series.count, title: series[index - 1].patch.subject)
  }
}
