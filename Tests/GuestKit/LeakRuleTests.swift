import Testing

@testable import GuestKit
@testable import LinuxMM

@Suite struct LeakRuleTests {
  private func rule(_ item: Footprint.Item) throws -> LeakRule {
    try #require(LeakRule.all.first { $0.item == item })
  }

  private func footprint(_ values: [Footprint.Item: Int64]) -> Footprint {
    var print = Footprint()
    for (item, value) in values { print[item] = value }
    return print
  }

  @Test("one huge page of the pool, more or less, is a leak at the first look and at the second")
  func exact() throws {
    for item in [Footprint.Item.hugeFree, .hugeReserved, .pins, .shmem] {
      let rule = try rule(item)
      #expect(rule.isOff(1, by: rule.glance) && rule.isOff(-1, by: rule.glance))
      #expect(rule.isOff(1, by: rule.slack) && rule.isOff(-1, by: rule.slack))
      #expect(!rule.isOff(0, by: rule.glance))
    }
  }

  @Test("a slot that the swap cache alone keeps is no leak, and one that nobody keeps is")
  func cached() throws {
    let rule = try rule(.swapUsed)
    let base = footprint([.swapUsed: 100])
    #expect(rule.difference(footprint([.swapUsed: 164, .swapCached: 64]), base) == 0)
    let lost = rule.difference(footprint([.swapUsed: 164]), base)
    #expect(rule.isOff(lost, by: rule.slack))
    #expect(!rule.isOff(-lost, by: rule.slack), "less than before is no leak of slots")
  }

  @Test("two lost page tables are seen where the kernel counts only those of processes")
  func tables() throws {
    let rule = try rule(.pageTables)
    #expect(rule.isOff(8, by: rule.slack))
    let fitting = try #require(LeakRule.fitting.first { $0.item == .pageTables })
    #expect(fitting.isOff(8, by: fitting.slack) != FootprintReader.countsKernelTables)
  }

  @Test("every item stands in at most one rule, and no second look is laxer than needed")
  func table() {
    let items = LeakRule.all.map(\.item)
    #expect(Set(items).count == items.count)
    #expect(LeakRule.all.allSatisfy { $0.slack <= max($0.glance, 0) || $0.glance == 0 })
  }

  @Test("a footprint of this machine has what every Linux shows")
  func real() {
    let print = FootprintReader(group: "/nowhere").read()
    #expect(print[.anon] > 0)
    #expect(print[.pageTables] > 0)
    #expect(print[.committed] > 0)
    #expect(print[.mounts] != 0)
    #expect(print[.charge] == 0, "there is no such group")
  }

  @Test("several leaks make one sentence for each side")
  func summary() {
    let leaks = [Leak(expected: "a 1", seen: "a 2"), Leak(expected: "b 0", seen: "b 8")]
    let summary = Leak.summary(leaks, ", still")
    #expect(summary.expected == "after the case: a 1; b 0")
    #expect(summary.seen == "after the case: a 2; b 8, still")
  }
}
