import Foundation
import Kernels
import Results
import Testing

@testable import Lab

@Suite("planted bugs")
struct MutantTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("mutants-\(UUID().uuidString)")

  private func write(_ text: String, to name: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  private func remove() {
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(at: folder)  // see above
  }

  private static let diff = "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1 +1 @@\n-Area: no\n+Area: neither\n"

  @Test("the header ends where the diff begins, with or without a line between")
  func header() {
    for text in ["Area: swap\nRule-broken: a: b\n---\n", "Area: swap\nRule-broken: a: b\n"] {
      #expect(
        Mutant.header(of: text + Self.diff) == ["Area": "swap", "Rule-broken": "a: b"])
    }
    #expect(Mutant.header(of: Self.diff).isEmpty)
  }

  @Test("the patches of a folder are mutants, by name; a folder without is an error")
  func folderOfMutants() async throws {
    defer { remove() }
    try write("Mutant: b\nArea: thp\n---\n" + Self.diff, to: "02-b.patch")
    try write(Self.diff, to: "01-a.patch")
    try write("notes", to: "README")
    let mutants = try await Mutant.all(in: folder.path)
    #expect(mutants.map(\.name) == ["01-a", "02-b"])
    #expect(mutants.map(\.area) == [nil, "thp"])
    #expect(mutants[1].patch.files == ["mm/x.c"])
    await #expect(throws: Mutant.Failure.unreadable(directory: "/none")) {
      try await Mutant.all(in: "/none")
    }
  }

  @Test("a result counts as long as mutant and context are the same")
  func ledger() async throws {
    defer { remove() }
    try write(Self.diff, to: "a.patch")
    let mutant = try #require(try await Mutant.all(in: folder.path).first)
    let result = MutantResult(mutant: "a", file: mutant.file, killed: false)
    let ledger = MutantLedger(directory: folder, context: "one")
    #expect(ledger.result(of: mutant) == nil)
    #expect(ledger.base == nil)
    try ledger.keep(result, of: mutant)
    try ledger.keep(base: [CaseResult(.boot(kernel: "k", machine: "m"), .pass)])
    #expect(ledger.result(of: mutant) == result)
    #expect(ledger.base?.count == 1)
    let other = MutantLedger(directory: folder, context: "two")
    #expect(other.result(of: mutant) == nil)
    #expect(other.base == nil)
    try write(Self.diff + "\n", to: "a.patch")
    let changed = try #require(try await Mutant.all(in: folder.path).first)
    #expect(ledger.result(of: changed) == nil)
  }

  @Test("suites that the changed files concern come first, the others keep their order")
  func order() {
    let suites = ["fork", "pagemap", "softdirty", "swap", "thp", "uffdwp-hugetlb"].map { name in
      Suite(name: name, program: URL(fileURLWithPath: "/" + name), digest: "", cases: [])
    }
    #expect(
      Suite.sorted(suites, touching: ["fs/proc/task_mmu.c"]).map(\.name)
        == ["pagemap", "softdirty", "fork", "swap", "thp", "uffdwp-hugetlb"])
    #expect(
      Suite.sorted(suites, touching: ["mm/hugetlb.c"]).map(\.name).prefix(3)
        == ["uffdwp-hugetlb", "fork", "pagemap"])
    #expect(Suite.sorted(suites, touching: ["lib/sort.c"]).map(\.name) == suites.map(\.name))
  }

  @Test("a suite with some of its cases is asked for those alone")
  func partial() {
    let cases = ["a.one", "a.two"].map {
      CaseListing(
        suite: "a", name: $0, requirements: [], deadlineMilliseconds: 1, summary: "")
    }
    let suite = Suite(name: "a", program: URL(fileURLWithPath: "/a"), digest: "", cases: cases)
    #expect(!suite.isPartial)
    #expect(suite.keeping { $0.name == "a.two" }?.cases.map(\.name) == ["a.two"])
    #expect(suite.keeping { $0.name == "a.two" }?.isPartial == true)
    #expect(suite.keeping { _ in true }?.isPartial == false)
    #expect(suite.keeping { _ in false } == nil)
  }
}
