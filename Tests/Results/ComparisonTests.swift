import KernelLog
import Results
import Testing

/// Joining two runs, and what is said before any verdict.
@Suite struct ComparisonTests {
  static func guest(
    _ kernel: String, _ machine: String = "default",
    accelerator: GuestRecord.Accelerator = .tcg, facts: [String: Fact] = [:]
  ) -> GuestRecord {
    let own: [String: Fact] = ["memory_mib": 1536, "cpus": 2, "nodes": 2, "uptime_ms": 7]
    return GuestRecord(
      kernel: kernel, release: "6.12.1", machine: machine, accelerator: accelerator,
      acceleratorReason: "as asked", bootMilliseconds: 2000,
      facts: own.merging(facts) { _, given in given })
  }

  static func result(
    _ kernel: String, _ name: String, _ verdict: Verdict, machine: String = "default",
    suite: String = "swap", repetition: Int = 1, milliseconds: Int? = nil, seen: String? = nil,
    evidence: [String: String] = [:], splats: [SplatRecord] = [], known: String? = nil
  ) -> CaseResult {
    CaseResult(
      PlannedCase(
        kernel: kernel, machine: machine, suite: suite, name: name, repetition: repetition),
      verdict, seen: seen, evidence: evidence, durationMilliseconds: milliseconds, splats: splats,
      knownIssue: known)
  }

  static func run(_ id: String, _ guests: [GuestRecord], _ results: [CaseResult]) -> Run {
    Run(id: id, guests: guests, results: results)
  }

  @Test("one kernel against one other is joined whatever their names; vanished cases lose coverage")
  func pair() throws {
    let base = Self.run(
      "a", [Self.guest("old")],
      [
        Self.result("old", "one", .pass), Self.result("old", "two", .skip),
        Self.result("old", "gone", .pass),
      ])
    let candidate = Self.run(
      "b", [Self.guest("new")],
      [
        Self.result("new", "one", .fail, seen: "a hole"), Self.result("new", "two", .pass),
        Self.result("new", "fresh", .fail),
      ])
    let comparison = try Comparison.between(base, candidate)
    #expect(comparison.isComparable)
    #expect(comparison.differences.isEmpty)
    #expect(comparison.rows.map(\.identity.name) == ["one", "gone", "two", "fresh"])
    #expect(
      comparison.rows.map(\.verdict) == [.regression, .lostCoverage, .newlySupported, .appeared])
    #expect(comparison.rows[0].candidate?.result?.seen == "a hole")
    #expect(comparison.rows[1].candidate == nil)
    #expect(comparison.rows[0].p == 0.5)
  }

  @Test("runs of several kernels are joined kernel by kernel; a kernel that is gone loses coverage")
  func severalKernels() throws {
    let kernels = ["k1", "k2", "k3"]
    let base = Self.run(
      "a", kernels.map { Self.guest($0) }, kernels.map { Self.result($0, "one", .pass) })
    let candidate = Self.run(
      "b", [Self.guest("k2"), Self.guest("k1")],
      [Self.result("k2", "one", .pass), Self.result("k1", "one", .crash)])
    let comparison = try Comparison.between(base, candidate)
    #expect(comparison.rows.map(\.identity.kernel) == ["k1", "k3"])
    #expect(comparison.rows.map(\.verdict) == [.regression, .lostCoverage])
    #expect(comparison.count(.unchanged) == 1)
  }

  @Test("one kernel against a run that has it too takes that one; otherwise it asks which")
  func whichKernel() throws {
    let one = Self.run("a", [Self.guest("k2")], [Self.result("k2", "one", .pass)])
    let two = Self.run(
      "b", [Self.guest("k1"), Self.guest("k2")],
      [Self.result("k1", "one", .fail), Self.result("k2", "one", .pass)])
    #expect(try Comparison.between(one, two).rows.isEmpty)
    #expect(try Comparison.between(two, one).rows.isEmpty)
    let other = Self.run("c", [Self.guest("k9")], [Self.result("k9", "one", .pass)])
    #expect(throws: ComparisonError.whichKernel(side: "b", kernels: ["k1", "k2"], other: "k9")) {
      try Comparison.between(other, two)
    }
  }

  @Test("another machine, by name or by size, is refused unless forced")
  func machines() throws {
    let base = Self.run("a", [Self.guest("k")], [Self.result("k", "one", .pass)])
    let other = Self.run(
      "b", [Self.guest("k", "tight")], [Self.result("k", "one", .fail, machine: "tight")])
    let larger = Self.run(
      "c", [Self.guest("k", facts: ["memory_mib": 4096])], [Self.result("k", "one", .fail)])
    for candidate in [other, larger] {
      let comparison = try Comparison.between(base, candidate)
      #expect(!comparison.isComparable)
      #expect(comparison.rows.isEmpty)
      let forced = try Comparison.between(base, candidate, force: true)
      #expect(forced.rows.map(\.verdict) == [.regression])
    }
    let said = try Comparison.between(base, larger).obstacles
    #expect(
      said == [
        "memory_mib was 1536 for the base and 4096 for the candidate: a case may differ for that alone"
      ])
  }

  @Test("nothing conclusive on both sides, or no case at all, concludes nothing")
  func nothing() throws {
    let base = Self.run("a", [Self.guest("k")], [Self.result("k", "one", .pass)])
    let lost = Self.run("b", [Self.guest("k")], [Self.result("k", "one", .lost)])
    #expect(
      try Comparison.between(base, lost).obstacles
        == ["no case has a conclusive result on both sides"])
    #expect(try !Comparison.between(base, Self.run("c", [], []), force: true).isComparable)
  }

  @Test("what differs besides the kernel is told, weightiest first; what is new each boot is not")
  func differences() throws {
    let base = Self.run(
      "a", [Self.guest("k", facts: ["program.swap": "0123456789abcdef", "thp": "always"])],
      [Self.result("k", "one", .pass)])
    let candidate = Self.run(
      "b",
      [
        Self.guest(
          "k", accelerator: .kvm,
          facts: ["program.swap": "fedcba", "program.fork": "1", "uptime_ms": 9, "zswap": ""])
      ], [Self.result("k", "one", .fail)])
    let comparison = try Comparison.between(base, candidate)
    let differences = comparison.differences
    #expect(differences.map(\.what) == ["accelerator", "thp", "zswap", "program swap"])
    #expect(differences[0].base == "tcg" && differences[0].candidate == "kvm")
    #expect(differences[1].candidate == nil)
    #expect(differences[3].base == "0123456789ab")
    #expect(comparison.rows[0].notes.contains { $0.contains("program is another one") })
  }

  @Test("features of userfaultfd that one side alone has are named")
  func features() {
    func guests(_ mask: Fact) -> [GuestRecord] { [Self.guest("k", facts: ["uffd_features": mask])] }
    let more = SideDifference.between(guests("0x1ff"), guests("0x21fff"))
    #expect(
      more.map(\.candidate) == [
        "0x21fff (minor-hugetlb, minor-shmem, exact-address, wp-file, bit 17)"
      ])
    #expect(more.map(\.base) == ["0x1ff"])
    let less = SideDifference.between(guests("0x1ff"), guests("0x1fe"))
    #expect(less.map(\.base) == ["0x1ff (wp-anon)"])
    #expect(SideDifference.between(guests("?"), guests("0x1")).map(\.base) == ["?"])
  }

  @Test("times are compared with five durations a side, outside the base's noise only")
  func timing() throws {
    func run(_ id: String, _ times: [Int], _ accelerator: GuestRecord.Accelerator = .tcg) -> Run {
      Self.run(
        id, [Self.guest("k", accelerator: accelerator)],
        times.enumerated().map {
          Self.result("k", "one", .pass, repetition: $0 + 1, milliseconds: $1)
        })
    }
    let base = run("a", [100, 102, 98, 101, 99])
    let slow = try Comparison.between(base, run("b", [150, 151, 149, 150, 400]))
    #expect(slow.timing.map(\.candidateMilliseconds) == [150])
    #expect(slow.timing.first?.band.median == 100)
    #expect(slow.rows.isEmpty)
    #expect(try Comparison.between(base, run("c", [115, 116, 117, 118, 119])).timing.isEmpty)
    #expect(try Comparison.between(base, run("d", [150, 151, 149, 150])).timing.isEmpty)
    #expect(
      try Comparison.between(base, run("e", [150, 151, 149, 150, 150], .kvm)).timing.isEmpty)
  }

  @Test("a splat that is new is named, and one that was there is not")
  func splats() throws {
    func splat(_ title: String, _ print: String) -> SplatRecord {
      SplatRecord(kind: .warning, title: title, fingerprint: print, text: title, fatal: false)
    }
    let old = splat("WARNING at mm/a.c f", "1")
    let new = splat("WARNING at mm/b.c g", "2")
    let base = Self.run("a", [Self.guest("k")], [Self.result("k", "one", .fail, splats: [old])])
    let both = Self.run(
      "b", [Self.guest("k")], [Self.result("k", "one", .fail, splats: [old, new])])
    let same = try Comparison.between(base, base.renamed("c"))
    #expect(same.rows.map(\.verdict) == [.stillFailing])
    let comparison = try Comparison.between(base, both)
    #expect(comparison.rows.map(\.verdict) == [.regression])
    #expect(comparison.rows[0].notes == ["the base has no such splat: WARNING at mm/b.c g"])
  }
}

extension Run {
  fileprivate func renamed(_ id: String) -> Run {
    var run = self
    run.id = id
    return run
  }
}
