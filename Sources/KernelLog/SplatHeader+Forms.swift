/// The headers that carry a function, a place or a condition.
extension SplatHeader {
  /// `BUG: KASAN: KIND in FUNC`, and its siblings; `UBSAN: KIND in FILE:LINE:COLUMN`.
  static func sanitizer(_ message: String) -> SplatHeader? {
    let names: [(String, SplatKind, Shape)] = [
      ("BUG: KASAN: ", .kasan, .box), ("BUG: KFENCE: ", .kfence, .box),
      ("BUG: KMSAN: ", .kmsan, .box), ("BUG: KCSAN: ", .kcsan, .box),
      ("UBSAN: ", .ubsan, .endTrace),
    ]
    for (prefix, kind, shape) in names {
      guard let rest = message.dropping(prefix: prefix) else { continue }
      guard let place = rest.firstMatch(of: " in ") else { return nil }
      let name = prefix.dropping(prefix: "BUG: ") ?? prefix[...]
      let what = name + rest[..<place.lowerBound]
      return SplatHeader(
        kind, shape, what + " in " + Self.place(rest[place.upperBound...], kind),
        namesFunction: false)
    }
    return nil
  }

  /// Where a sanitizer saw it: functions without offsets, a file without its line.
  private static func place(_ text: Substring, _ kind: SplatKind) -> String {
    if kind == .ubsan { return Self.file(text) }
    if kind == .kcsan {
      return text.split(separator: " / ").map { function($0) }.sorted().joined(separator: " / ")
    }
    return function(text)
  }

  /// `kernel BUG at FILE:LINE!`, and `BUG: …` in all the forms that no table names.
  static func bug(_ message: String) -> SplatHeader? {
    if let rest = message.dropping(prefix: "kernel BUG at ") {
      return SplatHeader(.bug, .endTrace, "kernel BUG at " + file(rest))
    }
    if let rest = message.dropping(prefix: "BUG: Bad rss-counter state ") {
      let type = rest.split(separator: " ").first { $0.hasPrefix("type:") }
      let title = "BUG: Bad rss-counter state" + (type.map { " " + $0 } ?? "")
      return SplatHeader(.badRssCounter, .line, title, namesFunction: false)
    }
    if let rest = message.dropping(prefix: "BUG: ") {
      return SplatHeader(.otherBug, .trace, "BUG: " + head(of: rest))
    }
    if let rest = message.dropping(prefix: "BUG "), let colon = rest.firstMatch(of: "): ") {
      let cache = rest.prefix { $0 != " " && $0 != "(" }
      return SplatHeader(
        .slab, .trace, "BUG \(cache): " + head(of: rest[colon.upperBound...]),
        namesFunction: false)
    }
    if let rest = message.dropping(prefix: "[ BUG: "), message.hasSuffix(" ]") {
      return SplatHeader(.lockdep, .trace, "BUG: " + head(of: rest.dropLast(2)))
    }
    return nil
  }

  /// A `BUG:` up to the first thing that varies: the CPU, the task, an address.
  private static func head(of text: Substring) -> String {
    let ends = [" on CPU#", " in preemptible", " by ", ", ", ": ", " at ", " ["]
    let end = ends.compactMap { text.firstMatch(of: $0)?.lowerBound }.min() ?? text.endIndex
    return StableText.of(text[..<end])
  }

  /// `invalid opcode: 0000 [#1]`, `Oops: Oops: 0002 [#1]`: a CPU exception with its die counter.
  static func exception(_ message: String) -> SplatHeader? {
    guard message.holds(" [#"), let colon = message.firstIndex(of: ":") else { return nil }
    var name = message[..<colon]
    if name == "Oops" {
      let rest = message[message.index(colon, offsetBy: 1)...].drop { $0 == " " }
      if let second = rest.firstIndex(of: ":") { name = rest[..<second] }
    }
    let names: Set<Substring> = [
      "Oops", "invalid opcode", "divide error", "int3", "stack segment", "bounds", "debug",
      "segment not present", "invalid TSS", "alignment check", "simd exception", "fpu exception",
      "control protection fault", "Internal error", "kernel stack overflow",
    ]
    guard names.contains(name) else { return nil }
    return SplatHeader(.oops, .endTrace, name == "Oops" ? "Oops" : "Oops: " + name)
  }

  /// `WARNING: CPU: 0 PID: 1 at FILE:LINE FUNC+0x1/0x2`, and from 6.19 on
  /// `WARNING: [CONDITION] FILE:LINE at FUNC+0x1/0x2, CPU#0: init/1`.
  static func warning(_ message: String) -> SplatHeader? {
    guard var rest = message.dropping(prefix: "WARNING: ") else { return nil }
    if rest.hasPrefix("CPU: ") {
      guard let at = rest.firstMatch(of: " at ") else { return nil }
      let words = rest[at.upperBound...].split(separator: " ")
      guard let place = words.first, let symbol = words.dropFirst().first else { return nil }
      return warning(place: place, function: function(symbol))
    }
    if rest.hasPrefix("["), let close = rest.firstMatch(of: "] ") {
      rest = rest[close.upperBound...]
    }
    guard let at = rest.firstMatch(of: " at "), rest.holds(", CPU#") else { return nil }
    let place = rest[..<at.lowerBound]
    guard place.contains(":"), !place.contains(" ") else { return nil }
    return warning(place: place, function: function(rest[at.upperBound...]))
  }

  private static func warning(place: Substring, function: String) -> SplatHeader {
    SplatHeader(.warning, .endTrace, "WARNING at " + file(place), in: function)
  }

  /// Tasks and CPUs that do not get on.
  static func stall(_ message: String) -> SplatHeader? {
    if let rest = message.dropping(prefix: "INFO: task ") {
      guard rest.holds(" blocked "), rest.holds(" for more than ") else { return nil }
      return SplatHeader(.hungTask, .trace, "INFO: task hung")
    }
    if let rest = message.dropping(prefix: "INFO: rcu"), rest.holds("stall") {
      guard rest.holds("self-detected stall") || rest.holds(" detected ") else { return nil }

      return SplatHeader(.rcuStall, .trace, "INFO: rcu detected stall")
    }
    if message.hasPrefix("CPU"), message.contains(": Watchdog detected hard LOCKUP") {
      return SplatHeader(.hardLockup, .trace, "hard LOCKUP")
    }
    return nil
  }

  /// The memory manager's own complaints.
  static func memory(_ message: String) -> SplatHeader? {
    if let name = message.firstMatch(of: " invoked oom-killer: gfp_mask=") {
      guard name.lowerBound != message.startIndex else { return nil }
      return SplatHeader(.outOfMemory, .outOfMemory, "OOM kill", namesFunction: false)
    }
    for entry in [
      "Bad swap file entry", "Bad swap offset entry", "Unused swap offset entry",
      "Unused swap file entry",
    ] {
      guard let range = message.firstMatch(of: ": " + entry + " ") else { continue }
      let function = message[..<range.lowerBound]
      guard !function.contains(" ") else { return nil }
      return SplatHeader(.badSwapEntry, .line, entry, in: String(function))
    }
    for table in ["pgd", "p4d", "pud", "pmd"] {
      guard let range = message.firstMatch(of: ": bad " + table + " ") else { continue }
      let place = message[..<range.lowerBound]
      guard place.contains(".c:"), !place.contains(" ") else { return nil }
      return SplatHeader(
        .badPageMap, .line, "bad \(table) at " + file(place), namesFunction: false)
    }
    return nil
  }

  /// `mm/memory.c:1234!` without the line, which every patch moves, and without the folder that the
  /// kernel was built in, which UBSAN shows.
  private static func file(_ text: Substring) -> String {
    let path = text.prefix { $0 != ":" && $0 != " " && $0 != "!" }
    let relative = path.dropping(while: "./")
    guard path.hasPrefix("/") || path.hasPrefix("../") else { return String(relative) }
    var folders = relative.split(separator: "/")
    if let source = folders.lastIndex(where: { $0 == "src" || $0.hasPrefix("linux") }) {
      folders.removeFirst(source + 1)
    }
    guard let top = folders.firstIndex(where: { topFolders.contains($0) }) else {
      return String(relative)
    }
    return folders[top...].joined(separator: "/")
  }

  /// The folders of a kernel source that code is in.
  private static let topFolders: Set<Substring> = [
    "arch", "block", "certs", "crypto", "drivers", "fs", "include", "init", "io_uring", "ipc",
    "kernel", "lib", "mm", "net", "rust", "samples", "security", "sound", "tools", "usr", "virt",
  ]

  /// `func.isra.0+0x1a/0x20 [mod]` without all that.
  private static func function(_ text: Substring) -> String {
    String(text.prefix { $0 != "+" && $0 != " " && $0 != "." && $0 != "," })
  }
}

extension Substring {
  /// Drops any of `characters` from the start.
  fileprivate func dropping(while characters: String) -> Substring {
    drop { characters.contains($0) }
  }
}
