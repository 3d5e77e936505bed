/// The words of a kernel's command line.
package struct KernelCommandLine: Sendable, Equatable, CustomStringConvertible {
  package let words: [String]

  /// - Parameters:
  ///   - accelerator: what the guest runs on.
  ///   - staysAfterPanic: whether a dead kernel just sits there, with its memory as it was, instead of ending QEMU.
  ///   - debugger: whether the kernel is to be where its symbols say.
  ///   - extra: the machine's own words; they come last, so they win where the kernel takes the last.
  package init(
    for accelerator: Accelerator, staysAfterPanic: Bool = false, debugger: Bool = false,
    adding extra: [String] = []
  ) {
    words =
      Self.common + (accelerator == .tcg ? Self.translated : [])
      + (staysAfterPanic ? ["panic=0"] : []) + (debugger ? ["nokaslr"] : []) + extra
  }

  package var description: String { words.joined(separator: " ") }

  private static let common = [
    "console=ttyS0",
    // Warnings are splats too and stay visible; everything quieter would cost a trap a character.
    "loglevel=5",
    // A dead kernel resets, which ends QEMU: it never just sits there, unless it is to be looked at.
    "panic=-1", "oops=panic", "reboot=t",
    // How the host asks a dead kernel where it is.
    "unknown_nmi_panic",
    // Probing a keyboard controller that is not there takes 0.5 s.
    "i8042.noaux", "i8042.nokbd",
    // The BIOS calls for disks that are not there, and self-tests of ciphers.
    "edd=off", "cryptomgr.notests",
    // Loading modules and swapon wait for grace periods.
    "rcupdate.rcu_expedited=1",
    // Nobody feeds the pool of random numbers in a guest without devices.
    "random.trust_cpu=on",
  ]

  /// What a guest needs under TCG only.
  ///
  /// A timer interrupt may come too late for the check of the IO-APIC, and a healthy kernel panics: 2 of
  /// 170 boots without it, 0 of 148 with it. KVM guests set it themselves.
  ///
  /// A vCPU of a translated guest on a busy host gets no turn for many seconds; only what is far beyond that is a
  /// stall of the kernel. The cases' own deadlines are shorter.
  private static let translated = [
    "no_timer_check", "watchdog_thresh=60", "rcupdate.rcu_cpu_stall_timeout=120",
  ]
}
