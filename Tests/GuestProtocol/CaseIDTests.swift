import GuestProtocol
import Testing

@Suite struct CaseIDTests {
  @Test(
    "only the names of the grammar are names",
    arguments: [
      ("swap-shmem.out-in-keeps/tmpfs", true), ("a", true), ("", false), ("A", false),
      ("a b", false), ("a\n", false), ("é", false), ("x_1+2", true),
      (String(repeating: "a", count: 100), true), (String(repeating: "a", count: 101), false),
    ])
  func grammar(name: String, valid: Bool) {
    #expect((CaseID(name) != nil) == valid)
  }

  @Test("a name falls into row and leg at the first slash")
  func legs() throws {
    let case1 = try #require(CaseID("swap-shmem.out-in-keeps/tmpfs"))
    #expect(case1.row == "swap-shmem.out-in-keeps")
    #expect(case1.leg == "tmpfs")
    let case2 = try #require(CaseID("thp.split"))
    #expect(case2.row == "thp.split")
    #expect(case2.leg == nil)
  }
}
