import GuestKit
import LinuxMM

/// A race on a backing: what goes on beside the writers and their tracker.
private struct Line {
  let backing: Backing
  let kinds: [Disturber]
  /// The leg's name.
  let name: String

  init(_ backing: Backing, _ kinds: Disturber..., named name: String? = nil) {
    self.backing = backing
    self.kinds = kinds
    self.name = name ?? kinds.map { $0.rawValue }.joined(separator: "-")
  }

  var needs: [Requirement] { backing.requirements + kinds.flatMap { $0.needs } }

  /// What a userfaultfd needs that protects all of it again and again.
  var protectionNeeds: [Requirement] {
    [.writeProtect(on: backing)] + (kinds.contains(.mprotect) ? [.severalMappings] : [])
  }
}

private let asked = [
  Line(.anon, .pageout), Line(.anon, .migrate), Line(.anon, .fork), Line(.anon, .mprotect),
  Line(.anon, .clear), Line(.anon, .pageout, .migrate, .fork, .mprotect, .clear, named: "all"),
  Line(.shmem, .pageout), Line(.shmem, .migrate), Line(.shmem, .zap), Line(.shmem, .fork),
  Line(.shmem, .pageout, .migrate, .zap, .fork, .compact, named: "all"),
  Line(.shmempriv, .pageout), Line(.shmempriv, .fork),
  Line(.shmempriv, .pageout, .fork, .migrate, named: "all"),
  Line(.thp, .pageout), Line(.thp, .migrate), Line(.thp, .fork), Line(.thp, .split),
  Line(.thp, .migrate, .fork, .mprotect, named: "moving"),
  Line(.thp, .pageout, .split, .fork, .migrate, named: "all"),
  Line(.hugetlb, .migrate), Line(.hugetlb, .zap), Line(.hugetlb, .fork),
  Line(.hugetlb, .migrate, .zap, .fork, .mprotect, named: "all"),
  Line(.hugetlbpriv, .fork, .migrate, named: "all"),
]

private let scanned = [
  Line(.anon, .pageout), Line(.anon, .fork),
  Line(.anon, .pageout, .migrate, .fork, .clear, named: "all"),
  Line(.shmem, .pageout), Line(.shmem, .zap),
  Line(.shmem, .pageout, .migrate, .zap, .fork, named: "all"),
  Line(.thp, .split), Line(.thp, .pageout, .split, .fork, .migrate, named: "all"),
  Line(.hugetlb, .migrate, .fork, named: "all"),
]

// Without migration of base pages: clear_refs leaves the entry of a page that is being migrated writable, so that
// stores to it come unnoticed.
private let remembered = [
  Line(.anon, .pageout, .fork, .mprotect, named: "all"),
  Line(.shmempriv, .pageout, .fork, .mprotect, named: "all"),
  Line(.thp, .migrate), Line(.thp, .pageout, .split, .fork, named: "all"),
]

// Without fork: a child keeps a descriptor of the userfaultfd, so that closing ours ends nothing.
private let leaving = [
  Line(.anon, .pageout), Line(.anon, .mprotect), Line(.shmem, .pageout, .zap), Line(.thp, .split),
  Line(.hugetlb, .migrate),
]

private func cases(
  _ row: String, _ summary: String, _ lines: [Line],
  needs: (Line) -> [Requirement] = { $0.protectionNeeds },
  body: @escaping @Sendable (Trial, Backing, [Disturber]) throws(CaseEnd) -> Void
) -> [Case] {
  lines.map { line in
    let (backing, kinds) = (line.backing, line.kinds)
    return Case(
      "\(row)/\(backing.rawValue)/\(line.name)", summary, needs: needs(line) + line.needs,
      deadline: .seconds(20)
    ) { (trial) throws(CaseEnd) in try body(trial, backing, kinds) }
  }
}

Suite.main {
  cases(
    "race.asked", "every write faults once until it is protected again, and none is lost", asked,
    body: asking)
  cases(
    "race.scanned", "every write is in the next scan, and none is lost", scanned,
    needs: { [.pagemapScan, .writeProtectAsync] + $0.protectionNeeds }, body: scanning)
  cases(
    "race.softdirty", "every write since clear_refs is soft-dirty, and none is lost", remembered,
    needs: { [.softDirty] + ($0.kinds.contains(.migrate) ? [.migrationDirties] : []) },
    body: remembering)
  cases(
    "race.closing", "a tracker that goes leaves no writer blocked and no page protected", leaving,
    body: comingAndGoing)
  Case.each(
    "race.missing", "beside somebody who throws pages away every load shows what was copied",
    on: [.anon, .shmem, .hugetlb], needs: [.userfaultfd], deadline: .seconds(20), body: missing)
}
