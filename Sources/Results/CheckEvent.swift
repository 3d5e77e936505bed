/// One step of a check as it happens: what its live view shows.
///
/// Columns may overlap, since the next kernel is built while one is tested; the events of one column
/// come in order.
package enum CheckEvent: Equatable, Sendable {
  /// A kernel is being built.
  case building(CheckColumn)
  /// So many steps of make are done.
  case compiled(CheckColumn, objects: Int)
  /// The build took so long; 0 when the image was cached.
  case built(CheckColumn, milliseconds: Int)
  /// A step of the column's own run; runs that only confirm send `confirming` instead.
  case run(CheckColumn, RunEvent)
  /// Everything that is to be known of the column is; `problem` says why it was not tested.
  case columnEnded(CheckColumn, problem: String?)
  /// The patch that changed a case is sought between two columns, both ends excluded.
  case bisecting(name: String, after: Int, before: Int)
  /// Case `number` of `count` is repeated `runs` times on both sides.
  case confirming(CheckColumn, name: String, cases: Int, runs: Int)
  /// Something that a person should know: a build that is tried again, a mutant that was done before.
  case notice(String)
  case ended
}
