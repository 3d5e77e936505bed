import CInit
import GuestProtocol

/// Makes the machine that was asked for, and notes where it could not and how long each part took.
///
/// One thing after the other, on purpose. Loading the modules beside the rest, on the second
/// processor, was tried: on a busy host it gained nothing that could be measured, and in one of
/// some 20 boots of 6.12 a processor oopsed in kmalloc while the memory controller came on, which
/// looks like QEMU 7.2's trouble with just-patched code under TCG. No cause was proven.
struct SetUp {
  /// Where the machine differs from what was asked for.
  private(set) var problems: [String] = []
  /// The facts the greeting must show, checked whenever it is written.
  private(set) var expectations: [Fact] = []
  /// What took how long, in microseconds, in order.
  private(set) var phases: [(name: String, microseconds: Int64)] = []
  private var mark = ci_uptime_us()

  /// Ends a part of the set-up and notes how long it took.
  mutating func endPhase(_ name: String) {
    let now = ci_uptime_us()
    if let index = phases.firstIndex(where: { $0.name == name }) {
      phases[index].microseconds += now - mark
    } else {
      phases.append((name, now - mark))
    }
    mark = now
  }

  /// Notes problems found elsewhere.
  mutating func note(_ sentences: [String]) {
    problems += sentences
  }

  /// Mounts, guards the agent, and opens the kernel's log to everyone.
  mutating func prepare() {
    note(Mounts.mountAll())
    // The kernel allows ten lines in five seconds otherwise, and case markers would be lost.
    note(knob("/proc/sys/kernel/printk_devkmsg", "on"))
    endPhase("mounts")
    note(Cgroups.make())
    note(knob("/proc/self/oom_score_adj", "-1000"))
    endPhase("cgroups")
  }

  /// Obeys the text of the initramfs.
  mutating func obey(_ text: [UInt8]?) {
    guard let text else {
      note(["\(MachineSetup.path) is missing: the machine is as the kernel made it"])
      return
    }
    let (setup, flaws) = MachineSetup.parse(text)
    note(flaws)
    for directive in setup.directives { obey(directive) }
  }

  private mutating func obey(_ directive: MachineSetup.Directive) {
    switch directive {
    case .module(let path, let parameters):
      note(Modules.load(path, parameters: parameters))
      endPhase("modules")
    case .hugepages(let kib, let count):
      note(hugepages(kib: kib, count: count))
      endPhase("hugepages")
    case .zramSwap(let mebibytes):
      note(Swap.useZram(mebibytes: mebibytes))
      endPhase("swap")
    case .mount(let type, let serial, let directory):
      note(Disks.mount(type, serial: serial, on: directory))
      endPhase("disks")
    case .diskSwap(let serial):
      note(Swap.useDisk(serial: serial))
      endPhase("swap")
    case .fileSwap(let type, let path, let mebibytes):
      note(Swap.useFile(path, on: type, mebibytes: mebibytes))
      endPhase("swap")
    case .write(let path, let value):
      note(knob(path, value))
      endPhase("knobs")
    case .expect(let fact, let value): expectations.append(Fact(fact, value))
    }
  }

  private mutating func note(_ sentence: String?) {
    if let sentence { problems.append(sentence) }
  }

  /// Sets the pool's size unless the command line did, and reads it back.
  private func hugepages(kib: Int, count: Int) -> String? {
    let path = "/sys/kernel/mm/hugepages/hugepages-\(kib)kB/nr_hugepages"
    guard let before = Files.text(path) else {
      return count == 0 ? nil : "this kernel has no huge pages of \(kib) KiB"
    }
    if before == String(count) { return nil }
    let result = Files.write(String(count), to: path)
    let after = Files.text(path) ?? "nothing"
    guard result == 0, after == String(count) else {
      return "\(count) huge pages of \(kib) KiB were asked for, the pool has \(after)"
    }
    return nil
  }

  /// Writes a knob and reads it back; one that cannot be read back is believed.
  private func knob(_ path: String, _ value: String) -> String? {
    // Some knobs (printk_devkmsg) want the line break that echo(1) would write.
    let result = Files.write(value + "\n", to: path)
    guard result == 0 else { return "\(path) does not take \(value): \(errorName(result))" }
    guard let seen = Files.text(path) else { return nil }
    guard chosen(seen) == value || words(seen) == words(value) else {
      return "\(path) was set to \(value) and shows \(seen)"
    }
    return nil
  }
}
