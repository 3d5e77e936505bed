/// Why the host listens no longer to a program.
package struct OutputFlood: Error, Equatable, Sendable {
  /// In words that continue "the guest …".
  package let detail: String

  package init(_ detail: String) {
    self.detail = detail
  }
}
