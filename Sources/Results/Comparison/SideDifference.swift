/// Something that two sides of a comparison do not share, apart from the kernel itself.
package struct SideDifference: Equatable, Sendable {
  /// "accelerator", "memory_mib", "program swap"; with the kernel's name before it where there are several.
  package var what: String
  /// nil where the side says nothing of it.
  package var base: String?
  package var candidate: String?
  /// Whether a result can differ for this alone, so that nothing follows from any.
  package var isObstacle: Bool

  package init(what: String, base: String?, candidate: String?, isObstacle: Bool = false) {
    self.what = what
    self.base = base
    self.candidate = candidate
    self.isObstacle = isObstacle
  }

  /// What guests say that is the kernel itself, or another at each boot.
  private static let uninteresting: Set<String> = [
    "boot_attempts", "image_sha256", "mem_available_kib", "mem_total_kib", "origin", "release",
    "restore_ms", "restores", "setup_ms", "setup_phases", "uptime_ms", "version",
  ]
  /// A machine with another value of these is another machine.
  private static let machine: Set<String> = ["cpus", "memory_mib", "nodes"]
  /// The first to be told, in this order.
  private static let first = ["accelerator", "cpus", "memory_mib", "nodes", "cmdline"]

  /// What guests of the same kernel and machine say differently, most weighty first.
  ///
  /// `label` is put before each; empty for none.
  package static func between(
    _ base: [GuestRecord], _ candidate: [GuestRecord], label: String = ""
  ) -> [SideDifference] {
    let (before, after) = (facts(base), facts(candidate))
    let names = Set(before.keys).union(after.keys).subtracting(uninteresting)
    return names.sorted { (rank($0), $0) < (rank($1), $1) }.compactMap { name in
      let (old, new) = (before[name], after[name])
      let isOptional = name.hasPrefix("program.") || name.hasPrefix("config.")
      if old == new || isOptional && (old == nil || new == nil) { return nil }
      var difference = SideDifference(
        what: label + word(name), base: old.map { text($0, name) },
        candidate: new.map { text($0, name) }, isObstacle: machine.contains(name))
      if name == "uffd_features" { difference.nameFeatures() }
      return difference
    }
  }

  /// `UFFD_FEATURE_*` by bit, in the words that cases use for what they need.
  private static let features = [
    "wp-anon", "event-fork", "event-remap", "event-remove", "missing-hugetlb", "missing-shmem",
    "event-unmap", "sigbus", "thread-id", "minor-hugetlb", "minor-shmem", "exact-address",
    "wp-file", "wp-unpopulated", "poison", "wp-async", "move",
  ]

  /// Puts the names of the bits that one side alone has behind its number.
  private mutating func nameFeatures() {
    func bits(_ text: String?) -> UInt64? {
      text.flatMap { $0.hasPrefix("0x") ? UInt64($0.dropFirst(2), radix: 16) : nil }
    }
    guard let before = bits(base), let after = bits(candidate), let old = base, let new = candidate
    else { return }
    func names(_ mask: UInt64) -> String {
      let names = (0..<64).filter { mask >> UInt64($0) & 1 == 1 }.map { bit in
        bit < Self.features.count ? Self.features[bit] : "bit \(bit)"
      }
      return names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
    }
    base = old + names(before & ~after)
    candidate = new + names(after & ~before)
  }

  /// The suites whose program is another one.
  package static func changedPrograms(
    _ base: [GuestRecord], _ candidate: [GuestRecord]
  ) -> Set<String> {
    let (before, after) = (facts(base), facts(candidate))
    return Set(
      before.keys.filter { name in
        guard name.hasPrefix("program."), let new = after[name] else { return false }
        return new != before[name]
      }.map { String($0.dropFirst("program.".count)) })
  }

  private static func facts(_ guests: [GuestRecord]) -> [String: Set<String>] {
    var facts: [String: Set<String>] = [:]
    for guest in guests {
      facts["accelerator", default: []].insert(guest.accelerator.rawValue)
      for (name, value) in guest.facts { facts[name, default: []].insert(value.description) }
    }
    return facts
  }

  private static func rank(_ name: String) -> Int {
    first.firstIndex(of: name) ?? (name.hasPrefix("program.") ? first.count + 1 : first.count)
  }

  private static func word(_ name: String) -> String {
    for prefix in ["program.", "config."] where name.hasPrefix(prefix) {
      return prefix.dropLast() + " " + name.dropFirst(prefix.count)
    }
    return name
  }

  /// Several values with commas between them; digests cut.
  private static func text(_ values: Set<String>, _ name: String) -> String {
    values.sorted().map { name.hasPrefix("program.") ? String($0.prefix(12)) : $0 }
      .joined(separator: ", ")
  }
}
