package import KernelLog

/// A splat as `run.json` keeps it.
package struct SplatRecord: Equatable, Hashable, Codable, Sendable {
  package var kind: SplatKind
  package var title: String
  package var fingerprint: String
  package var text: String
  package var fatal: Bool

  package init(
    kind: SplatKind, title: String, fingerprint: String, text: String, fatal: Bool
  ) {
    self.kind = kind
    self.title = title
    self.fingerprint = fingerprint
    self.text = text
    self.fatal = fatal
  }

  package init(_ splat: Splat) {
    self.init(
      kind: splat.kind, title: splat.title, fingerprint: splat.fingerprint, text: splat.text,
      fatal: splat.isFatal)
  }
}
