import Testing

@testable import Kernels

@Suite struct KconfigExpressionTests {
  /// A tree that knows A to D, N, S and MODULES.
  private func evaluator(_ config: String) throws -> KconfigEvaluator {
    let folder = try TemporaryFolder()
    try folder.write(
      "Kconfig", ["A", "B", "C", "D", "N", "S", "MODULES"].map { "config \($0)\n" }.joined())
    return KconfigEvaluator(
      kconfig: try Kconfig(sourceRoot: folder.path), config: ConfigValues(config))
  }

  @Test(
    "conditions have three values, and a fourth where only the toolchain knows",
    arguments: [
      ("A", Tristate.yes), ("B", .module), ("C", .no), ("UNKNOWN", .no), ("y", .yes), ("n", .no),
      ("!A", .no), ("!B", .module), ("!C", .yes), ("A && B", .module), ("B || A", .yes),
      ("A && C || A", .yes), ("A && (C || !A)", .no), ("!(A && C)", .yes),
      ("B = m", .yes), ("B != y", .yes), ("A=y", .yes), ("C = n", .yes), ("C = \"n\"", .yes),
      ("N >= 512", .no), ("N < 512", .yes), ("N = 0x40", .yes), ("S = \"text\"", .yes),
      ("S != \"other\"", .yes), ("\"$(ARCH)\" = \"x86\"", .yes), ("$(ARCH) != i386", .yes),
      ("m", .no), ("A # && C", .yes), ("A && !UNKNOWN", .yes),
      ("$(cc-option,-mfoo(x) -Wl,y)", nil), ("A && $(success,x | y)", nil),
      ("C && $(success,x)", .no), ("A || $(success,x)", .yes), ("!$(success,x)", nil),
      ("\"$(CC_VERSION)\" != \"\"", nil),
    ])
  func evaluate(_ text: String, _ expected: Tristate?) throws {
    let evaluator = try evaluator("CONFIG_A=y\nCONFIG_B=m\nCONFIG_N=64\nCONFIG_S=\"text\"\n")
    let expression = try #require(evaluator.kconfig.expression(text))
    #expect(evaluator.evaluate(expression) == expected)
  }

  @Test(
    "a condition prints as it was written",
    arguments: [
      "A && B && C", "A || (B && C)", "(A || B) && C", "!(A || B)", "A >= 512", "A != \"x\"",
      "$(cc-option,-m x) && A",
    ])
  func printed(_ text: String) throws {
    let expression = try #require(try evaluator("").kconfig.expression(text))
    #expect("\(expression)" == text)
  }

  @Test("`depends on A if B` holds where B is off")
  func conditional() throws {
    for (config, expected) in [
      ("", Tristate.yes), ("CONFIG_B=y\n", .no), ("CONFIG_B=m\n", .no),
      ("CONFIG_A=y\nCONFIG_B=y\n", .yes),
    ] {
      let evaluator = try evaluator(config)
      let dependency = try #require(evaluator.kconfig.dependency("A if B"))
      #expect(evaluator.evaluate(dependency) == expected, "\(config)")
    }
  }

  @Test("the culprits are the parts that fail, not the ones that hold")
  func culprits() throws {
    let evaluator = try evaluator("CONFIG_A=y\n")
    func culprits(_ text: String) -> [KconfigEvaluator.Culprit] {
      evaluator.kconfig.expression(text).map { evaluator.culprits(of: $0, below: .module) } ?? []
    }
    #expect(culprits("A && B && C") == [.symbol("B", on: true), .symbol("C", on: true)])
    #expect(culprits("A && !(A && !B)") == [.symbol("A", on: false), .symbol("B", on: true)])
    #expect(culprits("N >= 512") == [.symbol("N", on: true)])
    #expect(culprits("A = n || $(x)") == [.symbol("A", on: false), .macro("$(x)")])
  }
}
