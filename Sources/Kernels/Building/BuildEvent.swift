/// What a build is doing, for a progress line.
package enum BuildEvent: Sendable, Equatable {
  /// Another build works on the same tree.
  case waiting(kernel: String)
  case configuring(kernel: String)
  /// So many steps of make are done, of as many as the last whole build took; 0 when that is not
  /// known. `file` is what is being made.
  case making(kernel: String, steps: Int, of: Int, file: String)
  case built(BuiltKernel)
  /// The same input was built before.
  case cached(BuiltKernel)
}
