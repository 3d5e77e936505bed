/// A request that a complete configuration does not satisfy.
package struct ConfigMiss: Hashable, Sendable {
  package let request: ConfigRequest
  /// The value the symbol has, `n` when it is off or unknown.
  package let got: String

  package var symbol: String { request.symbol }
  package var wanted: String { request.value }
}

/// A missed request and what kept it out, in words.
package struct ExplainedMiss: Hashable, Sendable {
  package let miss: ConfigMiss
  package let reason: String
}
