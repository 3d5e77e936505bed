/// One thing a kernel promises, and how to find out.
public struct Case: Sendable {
  public typealias Body = @Sendable (Trial) throws(CaseEnd) -> Void

  /// The catalogue's id, with `/LEG` where a row has several.
  public let name: String
  /// One line: what holds when the case passes.
  public let summary: String
  public let needs: [Requirement]
  /// How long the case may take on a machine of time scale 100.
  public let deadline: Duration
  let body: Body

  /// Declares a case.
  ///
  /// Names match `[a-z0-9._/+-]{1,100}` and are unique across all suites.
  public init(
    _ name: String, _ summary: String, needs: [Requirement] = [],
    deadline: Duration = .seconds(10), body: @escaping Body
  ) {
    precondition(Case.isValid(name), "a case name is 1 to 100 of a-z 0-9 . _ / + -")
    self.name = name
    self.summary = summary
    self.needs = needs
    self.deadline = deadline
    self.body = body
  }

  /// Declares the same case for several backings: `id/BACKING` each, with what the backing needs added.
  ///
  /// A single backing keeps the plain id unless `named` says otherwise.
  public static func each(
    _ id: String, _ summary: String, on backings: [Backing], needs: [Requirement] = [],
    needsOn: (Backing) -> [Requirement] = { _ in [] }, deadline: Duration = .seconds(10),
    body: @escaping @Sendable (Trial, Backing) throws(CaseEnd) -> Void
  ) -> [Case] {
    backings.map { backing in
      Case(
        "\(id)/\(backing.rawValue)", summary,
        needs: needs + needsOn(backing) + backing.requirements, deadline: deadline
      ) { (trial) throws(CaseEnd) in try body(trial, backing) }
    }
  }

  static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...100).contains(bytes.count) else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "+"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

/// Lets a suite be written as a list of cases and of families of cases.
@resultBuilder
public enum CaseList {
  public static func buildExpression(_ one: Case) -> [Case] { [one] }
  public static func buildExpression(_ several: [Case]) -> [Case] { several }
  public static func buildArray(_ parts: [[Case]]) -> [Case] { parts.flatMap { $0 } }
  public static func buildBlock(_ parts: [Case]...) -> [Case] {
    var all: [Case] = []
    for part in parts { all += part }
    return all
  }
}
