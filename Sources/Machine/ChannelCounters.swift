/// What came through a record port.
package struct ChannelCounters: Equatable, Sendable {
  /// Records of any kind.
  package var records = 0
  /// Records of a kind this build does not know, or without a field they need.
  package var unknown = 0
  /// Lines that are no records.
  package var garbage = 0

  package init() {}
}
