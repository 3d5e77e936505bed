import Results
import Testing

@testable import Machine

@Suite("what hung, by the kernel's answer to an NMI")
struct HangTests {
  private static let panic = "[  9.0] Kernel panic - not syncing: NMI: Not continuing\n"
  private static let end = "[  9.3] ---[ end Kernel panic - not syncing: NMI: Not continuing ]---\n"

  static let rows: [(String, Hang)] = [
    ("", .kernel), ("[  9.0] quiet\n", .kernel), (panic, .kernel),
    (panic + "[  9.1] RIP: 0010:default_idle+0x9/0x10\n", .userspace),
    (panic + "[  9.1] RIP: 0033:0x401234\n", .userspace),
    (panic + "[  9.1] RIP: 0010:lkdtm_HARDLOCKUP+0x9/0x10\n", .kernel),
    (
      panic + "[  9.1] RIP: 0010:lkdtm_HARDLOCKUP+0x9/0x10\n[  9.2] RIP: 0033:0x401234\n", .kernel
    ),
  ]

  @Test("be the kernel one that resets or one that stays", arguments: rows)
  func places(_ console: String, _ hang: Hang) {
    #expect(Machine.hang(console) == hang)
    #expect(Machine.hang(console + Self.end) == hang)
  }
}
