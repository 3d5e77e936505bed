/// How often each verdict occurs in a run; all nine are there, also the zeros.
package struct RunSummary: Equatable, Sendable {
  private var counts: [Verdict: Int] = [:]

  package init(_ results: some Sequence<CaseResult>) {
    for result in results { counts[result.verdict, default: 0] += 1 }
  }

  package subscript(verdict: Verdict) -> Int { counts[verdict, default: 0] }

  /// All results together.
  package var total: Int { counts.values.reduce(0, +) }
}

extension RunSummary: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ verdict: Verdict) { stringValue = verdict.rawValue }
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for verdict in Verdict.allCases { try container.encode(self[verdict], forKey: Key(verdict)) }
  }
}
