/// A guest's state on disk, at a moment when it was set up, held programs, and had nothing to do.
///
/// Any number of guests go on from it, one at a time: they all have its domain's name.
package struct SavedGuest: Sendable {
  /// What the guest was made of; its name stays.
  package let spec: GuestSpec
  /// How long the guest took to boot, which says how slow it is.
  package let bootDuration: Duration
  /// Memory and devices.
  let image: String
  /// The guest's disks: where QEMU looks for them, each with a copy of what it held.
  let disks: [(path: String, copy: String)]
  /// How many records it has got.
  let sentCount: Int64
  /// The digests of the programs that it holds.
  let programs: Set<String>
}
