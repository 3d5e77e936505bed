import Kernels
import Machine
import Yams

/// Turns the YAML of a machine catalogue into profiles, and says exactly what it does not understand.
struct MachineCatalogReader {
  private let yaml: StrictYAML

  init(file: String) {
    yaml = StrictYAML(file: file)
  }

  func machines(in yaml: String) throws -> [MachineProfile] {
    let root = try self.yaml.root(of: yaml, expecting: "the key \"machines\"")
    let top = try self.yaml.fields(of: root, allowed: ["machines"], place: "the file")
    guard let machines = top["machines"]?.mapping, !machines.isEmpty else {
      throw self.yaml.problem(
        at: top["machines"] ?? root, "\"machines\" must be a mapping of names to machines")
    }
    return try machines.map { try machine(name: $0.key, value: $0.value) }
  }

  private func machine(name node: Node, value: Node) throws -> MachineProfile {
    let name = try yaml.text(node, "a machine's name")
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9.+-]*/) != nil else {
      throw yaml.problem(
        at: node, "machine name \"\(name)\" may only have a-z, 0-9, \".\", \"+\" and \"-\"")
    }
    let place = "machine \"\(name)\""
    var profile = MachineProfile(name: name)
    let fields = try yaml.fields(of: value, allowed: Field.allCases.map(\.rawValue), place: place)
    // A machine that swaps to a file has the disk for it unless it says otherwise.
    if fields["scratch"] == nil, let node = fields["swap"] {
      try read(.swap, node, "\"swap\" of \(place)", into: &profile)
      if case .file(let fileSystem, let mebibytes) = profile.swap {
        profile.scratch = ScratchDisk(
          fileSystem,
          mebibytes: max(fileSystem.leastMebibytes, mebibytes + ScratchDisk.spareMebibytes))
      }
    }
    for field in Field.allCases {
      guard let node = fields[field.rawValue] else { continue }
      try read(field, node, "\"\(field.rawValue)\" of \(place)", into: &profile)
    }
    try check(profile, at: node)
    return profile
  }

  /// The keys of a machine; what is left out is as in the default machine.
  private enum Field: String, CaseIterable {
    case summary, vcpus, nodes, swap, scratch, thp, ksm, sysctls
    case memory = "memory_mib"
    case hugepages2M = "hugepages_2m"
    case hugepages1G = "hugepages_1g"
    case sharedThp = "shmem_thp"
    case pageTableLevels = "page_table_levels"
    case commandLine = "command_line"
  }

  private func read(
    _ field: Field, _ node: Node, _ what: String, into profile: inout MachineProfile
  ) throws {
    switch field {
    case .summary: profile.summary = try yaml.text(node, what)
    case .memory: profile.memoryMebibytes = try number(node, what, 128...(1 << 20))
    case .vcpus: profile.vcpus = try number(node, what, 1...64)
    case .nodes: profile.nodes = try number(node, what, 1...8)
    case .hugepages2M: profile.hugepages2M = try number(node, what, 0...(1 << 19))
    case .hugepages1G: profile.hugepages1G = try number(node, what, 0...1024)
    case .swap: profile.swap = try swap(node, what)
    case .scratch: profile.scratch = try scratch(node, what)
    case .thp: profile.hugePages = try choice(node, what)
    case .sharedThp: profile.sharedHugePages = try choice(node, what)
    case .ksm: profile.mergesPages = try flag(node, what)
    case .sysctls: profile.sysctls = try sysctls(node, what)
    case .pageTableLevels: profile.pageTableLevels = try number(node, what, 4...5)
    case .commandLine: profile.extraCommandLine = try words(node, what)
    }
  }

  /// What no single field shows.
  private func check(_ profile: MachineProfile, at node: Node) throws {
    guard profile.nodes <= profile.vcpus else {
      throw yaml.problem(
        at: node,
        "machine \"\(profile.name)\" has \(profile.nodes) nodes and \(profile.vcpus) vcpus; "
          + "every node needs a vcpu")
    }
    let pools = profile.hugepages2M * 2 + profile.hugepages1G * 1024
    guard pools <= profile.memoryMebibytes / 2 else {
      throw yaml.problem(
        at: node,
        "machine \"\(profile.name)\" wants \(pools) MiB of huge pages, which is more than half of "
          + "its memory_mib \(profile.memoryMebibytes)")
    }
    try checkSwapFile(profile, at: node)
  }

  /// A swap file lies on the scratch disk, beside what the cases need.
  private func checkSwapFile(_ profile: MachineProfile, at node: Node) throws {
    guard case .file(let fileSystem, let mebibytes) = profile.swap else { return }
    let wanted = "\(fileSystem.rawValue) \(mebibytes + ScratchDisk.spareMebibytes)"
    guard let scratch = profile.scratch, scratch.fileSystem == fileSystem,
      scratch.mebibytes >= mebibytes + ScratchDisk.spareMebibytes
    else {
      let seen = profile.scratch.map { "\($0.fileSystem.rawValue) \($0.mebibytes)" } ?? "none"
      throw yaml.problem(
        at: node,
        "machine \"\(profile.name)\" swaps to a file of \(mebibytes) MiB on "
          + "\(fileSystem.rawValue), and its scratch is \(seen); leave scratch out, or say "
          + "\(wanted) or more")
    }
  }

  private func swap(_ node: Node, _ what: String) throws -> MachineProfile.Swap {
    let text = try yaml.text(node, what)
    if text == "none" { return .none }
    let words = text.split(separator: " ")
    if let last = words.last, let mebibytes = Int(last), (1...(1 << 20)).contains(mebibytes) {
      switch (words[0], words.count) {
      case ("zram", 2): return .zram(mebibytes: mebibytes)
      case ("disk", 2): return .disk(mebibytes: mebibytes)
      case ("zswap", 2): return .zswap(mebibytes: mebibytes)
      case ("file", 3): return .file(try fileSystem(words[1], node, what), mebibytes: mebibytes)
      default: break
      }
    }
    throw yaml.problem(
      at: node,
      "\(what) is \"\(text)\"; expected none, zram MIB, disk MIB, zswap MIB or file FS MIB, "
        + "such as zram 512 or file ext4 128")
  }

  private func scratch(_ node: Node, _ what: String) throws -> ScratchDisk? {
    let text = try yaml.text(node, what)
    if text == "none" { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, let mebibytes = Int(words[1]) else {
      throw yaml.problem(
        at: node, "\(what) is \"\(text)\"; expected none or FS MIB, such as ext4 128")
    }
    let fileSystem = try fileSystem(words[0], node, what)
    let sizes = fileSystem.leastMebibytes...(1 << 20)
    guard sizes.contains(mebibytes) else {
      throw yaml.problem(
        at: node,
        "\(what) is \"\(text)\"; \(fileSystem.rawValue) takes from \(sizes.lowerBound) to "
          + "\(sizes.upperBound) MiB")
    }
    return ScratchDisk(fileSystem, mebibytes: mebibytes)
  }

  private func fileSystem(_ word: Substring, _ node: Node, _ what: String) throws -> FileSystem {
    if let fileSystem = FileSystem(rawValue: String(word)) { return fileSystem }
    let known = FileSystem.allCases.map(\.rawValue)
    throw yaml.problem(
      at: node, "\(what) has file system \"\(word)\"; \(hint(for: String(word), among: known))")
  }

  private func sysctls(_ node: Node, _ what: String) throws -> [MachineProfile.Sysctl] {
    guard let mapping = node.mapping else {
      throw yaml.problem(at: node, "\(what) must be a mapping of names to values")
    }
    return try mapping.map { nameNode, valueNode in
      let name = try yaml.text(nameNode, "a name in \(what)")
      guard name.wholeMatch(of: /[a-z0-9_]+(\.[a-zA-Z0-9_-]+)+/) != nil else {
        throw yaml.problem(
          at: nameNode, "\"\(name)\" in \(what) is no sysctl; expected such as vm.swappiness")
      }
      return MachineProfile.Sysctl(name, try line(valueNode, "\(name) in \(what)"))
    }
  }

  private func words(_ node: Node, _ what: String) throws -> [String] {
    guard let sequence = node.sequence else {
      throw yaml.problem(at: node, "\(what) must be a list of words")
    }
    return try sequence.map { node in
      let word = try line(node, "each of \(what)")
      guard !word.contains(" ") else {
        throw yaml.problem(at: node, "\"\(word)\" in \(what) is not one word")
      }
      return word
    }
  }
}

// MARK: - Values of a kind

extension MachineCatalogReader {
  private func choice<Choice>(_ node: Node, _ what: String) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    let text = try yaml.text(node, what)
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw yaml.problem(at: node, "\(what) is \"\(text)\"; \(hint(for: text, among: known))")
  }

  private func flag(_ node: Node, _ what: String) throws -> Bool {
    switch try yaml.text(node, what) {
    case "on", "true", "yes": return true
    case "off", "false", "no": return false
    case let text: throw yaml.problem(at: node, "\(what) is \"\(text)\"; expected on or off")
    }
  }

  private func number(_ node: Node, _ what: String, _ range: ClosedRange<Int>) throws -> Int {
    let text = try yaml.text(node, what)
    guard let number = Int(text), range.contains(number) else {
      throw yaml.problem(
        at: node,
        "\(what) is \"\(text)\"; expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A text that can stand at the end of a line of the set-up.
  private func line(_ node: Node, _ what: String) throws -> String {
    let text = try yaml.text(node, what)
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), text.first != " ", text.last != " "
    else { throw yaml.problem(at: node, "\(what) must be one line without blanks at its ends") }
    return text
  }

  private func hint(for text: String, among known: [String]) -> String {
    NearestNames.of(text, among: known, limit: 1).first.map { "did you mean \"\($0)\"?" }
      ?? "known: " + known.joined(separator: ", ")
  }
}
