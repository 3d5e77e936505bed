/// What a build is doing, for a progress line.
package enum BuildEvent: Sendable, Equatable {
  /// Another build works on the same tree.
  case waiting(kernel: String)
  case configuring(kernel: String)
  /// So many steps of make are done; `file` is what is being made.
  case making(kernel: String, steps: Int, file: String)
  case built(BuiltKernel)
  /// The same input was built before.
  case cached(BuiltKernel)
}
