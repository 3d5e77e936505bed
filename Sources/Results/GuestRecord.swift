/// One guest of a run: which kernel came up on which machine, how fast, and what it is.
package struct GuestRecord: Equatable, Sendable {
  /// What ran the guest's instructions.
  package enum Accelerator: String, Codable, Sendable {
    case kvm, tcg
  }

  /// The kernel's name in this run: `debian-6.12`, or the path that was given.
  package var kernel: String
  /// `uname -r`; nil when the guest never greeted.
  package var release: String?
  /// The machine profile's name.
  package var machine: String
  package var accelerator: Accelerator
  /// Why this accelerator, in a sentence.
  package var acceleratorReason: String
  /// From starting QEMU to the guest's greeting; nil when it never came.
  package var bootMilliseconds: Int?
  /// What the greeting said: page size, userfaultfd features, memory.
  package var facts: [String: Fact]

  package init(
    kernel: String, release: String?, machine: String, accelerator: Accelerator,
    acceleratorReason: String, bootMilliseconds: Int?, facts: [String: Fact] = [:]
  ) {
    self.kernel = kernel
    self.release = release
    self.machine = machine
    self.accelerator = accelerator
    self.acceleratorReason = acceleratorReason
    self.bootMilliseconds = bootMilliseconds
    self.facts = facts
  }
}

extension GuestRecord {
  /// The release with the number of the stable tree: Debian's `uname -r` stops at `6.1.0`, and its `uname -v` says
  /// `Debian 6.1.192-2`.
  package var upstreamRelease: String? {
    guard case .text(let version) = facts["version"], let debian = version.firstRange(of: "Debian ")
    else { return release }
    let number = version[debian.upperBound...].prefix { $0.isNumber || $0 == "." }
    return KernelRelease(String(number)) == nil ? release : String(number)
  }
}

extension GuestRecord {
  /// How slow a guest is, in percent of the one that the cases' deadlines were chosen on; at least 100.
  ///
  /// That one is TCG on two idle cores, where init greets within 2.5 s.
  package static func slowness(bootMilliseconds: Int) -> Int {
    max(100, bootMilliseconds * 100 / 2_500)
  }

  /// How slow this guest is; 100 when it never came up.
  package var slowness: Int { bootMilliseconds.map(Self.slowness) ?? 100 }
}

extension GuestRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case kernel, release, machine, accelerator, facts
    case acceleratorReason = "accelerator_reason"
    case bootMilliseconds = "boot_ms"
  }

  /// Writes every key of the schema, with null for what is not known.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(release, forKey: .release)
    try container.encode(machine, forKey: .machine)
    try container.encode(accelerator, forKey: .accelerator)
    try container.encode(acceleratorReason, forKey: .acceleratorReason)
    try container.encode(bootMilliseconds, forKey: .bootMilliseconds)
    try container.encode(facts, forKey: .facts)
  }
}
