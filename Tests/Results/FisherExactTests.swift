import Results
import Testing

@Suite struct FisherExactTests {
  /// Counts on base and patch, and the probability as exact fractions give it.
  static let known: [(base: (Int, Int), patch: (Int, Int), p: Double)] = [
    ((0, 20), (20, 20), 1 / 137_846_528_820),
    ((0, 5), (5, 5), 1.0 / 252),
    ((0, 3), (3, 3), 1.0 / 20),
    ((0, 1), (1, 1), 0.5),
    ((0, 20), (7, 20), 0.004158004158004158),
    ((0, 20), (5, 20), 0.02356202356202356),
    ((1, 20), (6, 20), 0.04573804573804574),
    ((10, 20), (10, 20), 0.6238144327180454),
    ((2, 7), (5, 9), 0.28583916083916083),
    ((100, 1000), (140, 1000), 0.003592714052037606),
    ((20, 20), (0, 20), 1), ((0, 20), (0, 20), 1), ((20, 20), (20, 20), 1),
    ((0, 0), (0, 0), 1), ((0, 20), (0, 0), 1), ((0, 0), (20, 20), 1),
  ]

  @Test("known values", arguments: known)
  func values(base: (Int, Int), patch: (Int, Int), p: Double) {
    let worse = FisherExact.worse(
      base: PatchCheck.Count(base.0, of: base.1), patch: PatchCheck.Count(patch.0, of: patch.1))
    #expect(abs(worse - p) <= p * 1e-10)
  }

  @Test("a fix is the mirror of a regression", arguments: known)
  func mirrored(base: (Int, Int), patch: (Int, Int), p: Double) {
    let better = FisherExact.better(
      base: PatchCheck.Count(patch.0, of: patch.1), patch: PatchCheck.Count(base.0, of: base.1))
    #expect(abs(better - p) <= p * 1e-10)
  }

  @Test("a thousand runs a side underflow to 0 and stay finite")
  func large() {
    let none = PatchCheck.Count(0, of: 1000)
    #expect(FisherExact.worse(base: none, patch: PatchCheck.Count(1000, of: 1000)) == 0)
    let half = PatchCheck.Count(500, of: 1000)
    let even = FisherExact.worse(base: half, patch: half)
    #expect(even > 0.5 && even < 0.53)
  }

  @Test("each further failure makes chance less likely")
  func falling() {
    let base = PatchCheck.Count(2, of: 20)
    let chances = (2...20).map {
      FisherExact.worse(base: base, patch: PatchCheck.Count($0, of: 20))
    }
    #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 > $1 })
  }
}
