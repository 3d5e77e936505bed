/// What is told about a guest as it happens, beside the results of calls.
package struct GuestObserver: Sendable {
  /// One `/dev/kmsg` record, as init read it.
  package var onKernelMessage: @Sendable (String) -> Void

  package init(onKernelMessage: @escaping @Sendable (String) -> Void = { _ in }) {
    self.onKernelMessage = onKernelMessage
  }
}
