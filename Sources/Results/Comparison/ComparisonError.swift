/// Why two sides cannot even be put beside each other.
package enum ComparisonError: Error, Equatable {
  /// One side is one kernel, the other one a run of several others.
  case whichKernel(side: String, kernels: [String], other: String)
  case noSuchKernel(side: String, kernel: String, kernels: [String])
}

extension ComparisonError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .whichKernel(let side, let kernels, let other):
      """
      “\(side)” has \(kernels.count) kernels, and none is “\(other)”
        kernels: \(kernels.joined(separator: ", "))
        try:     \(side):\(kernels.first ?? "KERNEL")
      """
    case .noSuchKernel(let side, let kernel, let kernels):
      """
      “\(side)” has no kernel “\(kernel)”
        kernels: \(kernels.joined(separator: ", "))
      """
    }
  }
}
