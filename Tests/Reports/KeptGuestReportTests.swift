import Results
import Testing

@testable import Reports

@Suite("how to look at a kept guest")
struct KeptGuestReportTests {
  private static let bare = KeptGuestRecord(
    name: "debian-6-12-0-1-1-1", kernel: "debian-6.12", machine: "default",
    subject: "swap/swap-anon.out-in-keeps", verdict: .crash, release: "6.12.117+deb13-cloud-amd64",
    image: "/cache/vmlinuz", symbols: nil, debugger: nil, console: nil, keeper: 7)

  private func text(_ guest: KeptGuestRecord) -> String {
    var text = ""
    KeptGuestReport(program: "bin/faultline").write(guest, to: &text)
    return text
  }

  @Test("commands with everything that is known")
  func known() throws {
    var guest = Self.bare
    guest.symbols = "/cache/my image/vmlinux.debug"
    guest.debugger = "/tmp/faultline-0-7-1/gdb/debian-6-12-0-1-1-1"
    guest.console = "/dev/pts/3"
    try expectSnapshot(text(guest), "kept")
  }

  @Test("what is not known, and how to get it")
  func unknown() throws {
    var built = Self.bare
    built.kernel = "debian-source-6.12"
    built.verdict = .hang
    try expectSnapshot(text(Self.bare) + text(built), "kept-bare")
  }

  @Test("a guest that lies about its release moves no cursor")
  func hostile() {
    var guest = Self.bare
    guest.release = "6\u{1b}[2J\n6"
    #expect(!text(guest).contains("\u{1b}"))
    #expect(
      text(guest).split(separator: "\n").count == text(Self.bare).split(separator: "\n").count)
  }
}
