import Testing

@testable import Kernels

@Suite struct NearestNamesTests {
  private let known = ["debian-5.10", "debian-6.1", "debian-6.12", "debian-7.2", "debian-next"]

  @Test(
    "a mistyped name brings the nearest known ones, nearest first",
    arguments: [
      ("debian-6.13", ["debian-6.1", "debian-6.12", "debian-5.10"]),
      ("debain-6.12", ["debian-6.12", "debian-6.1"]),
      ("6.12", ["debian-6.12"]),
      ("DEBIAN-NEXT", ["debian-next"]),
      ("fedora", []),
    ])
  func nearest(_ name: String, _ expected: [String]) {
    #expect(NearestNames.of(name, among: known) == expected)
  }

  @Test(
    "the edit distance counts insertions, deletions and replacements",
    arguments: [("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "ba", 2)])
  func distance(_ first: String, _ second: String, _ expected: Int) {
    #expect(NearestNames.editDistance(Array(first), Array(second)) == expected)
  }
}
