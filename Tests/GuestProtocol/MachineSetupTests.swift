import Testing

@testable import GuestProtocol

@Suite("a machine's set-up")
struct MachineSetupTests {
  private static let directives: [(MachineSetup.Directive, String)] = [
    (
      .module(path: "/faultline/modules/zram.ko", parameters: ""),
      "module /faultline/modules/zram.ko"
    ),
    (.module(path: "/m.ko", parameters: "a=1 b=2"), "module /m.ko a=1 b=2"),
    (.hugepages(kib: 2048, count: 48), "hugepages 2048 48"),
    (.zramSwap(mebibytes: 512), "swap zram 512"),
    (.diskSwap(serial: "swap"), "swap disk swap"),
    (
      .mount(type: "ext4", serial: "scratch", directory: "/mnt/disk"),
      "mount ext4 scratch /mnt/disk"
    ),
    (
      .fileSwap(type: "btrfs", path: "/mnt/disk/swap", mebibytes: 64),
      "swap file btrfs /mnt/disk/swap 64"
    ),
    (.write(path: "/proc/sys/vm/x", value: "1 2\u{e9} 3"), "write /proc/sys/vm/x 1 2\u{e9} 3"),
    (.expect(fact: "nodes", value: "2"), "expect nodes 2"),
  ]

  @Test("every directive has its line and comes back from it", arguments: directives)
  func roundTrip(_ row: (MachineSetup.Directive, String)) throws {
    let text = try MachineSetup([row.0]).encoded()
    #expect(text == row.1 + "\n")
    let (setup, problems) = MachineSetup.parse(Array(text.utf8))
    #expect(setup.directives == [row.0])
    #expect(problems.isEmpty)
  }

  @Test("the order is kept, and empty lines and comments mean nothing")
  func order() {
    let text = "# made by hand\n\nswap zram 1\n\nexpect cpus 2\nswap zram 2"
    let (setup, problems) = MachineSetup.parse(Array(text.utf8))
    #expect(
      setup.directives == [
        .zramSwap(mebibytes: 1), .expect(fact: "cpus", value: "2"), .zramSwap(mebibytes: 2),
      ])
    #expect(problems.isEmpty)
  }

  @Test(
    "what is not understood is a problem with its line, and the rest is obeyed",
    arguments: [
      "fly /dev/null", "module", "hugepages 2048", "hugepages 2048 -1", "hugepages 2048 1 1",
      "hugepages 2048 99999999999", "swap", "swap tape 3", "swap zram 0", "swap zram x",
      "swap disk", "swap disk a b", "swap file ext4 /s",
      "swap file ext4 /s 0", "swap file ext4 /s 1 2", "mount", "mount ext4 a", "mount ext4 a /b c",
      "write /x", "expect nodes", "\u{0}\u{1}",
    ])
  func notUnderstood(_ line: String) {
    let (setup, problems) = MachineSetup.parse(Array("swap zram 1\n\(line)\nswap zram 2\n".utf8))
    #expect(setup.directives == [.zramSwap(mebibytes: 1), .zramSwap(mebibytes: 2)])
    #expect(problems == ["line 2 of the set-up is not understood: \(line)"])
  }

  @Test("any bytes are survived, cut at any place")
  func anyBytes() throws {
    let text = Array(try MachineSetup(Self.directives.map(\.0)).encoded().utf8)
    for length in 0...text.count {
      _ = MachineSetup.parse(Array(text.prefix(length)))
      var damaged = text
      if length < text.count { damaged[length] = 0xff }
      #expect(MachineSetup.parse(damaged).setup.directives.count >= Self.directives.count - 2)
    }
  }

  @Test("a text that is too long is cut, and says so")
  func bounds() {
    let many = String(repeating: "swap zram 1\n", count: MachineSetup.directiveCount + 1)
    let (setup, problems) = MachineSetup.parse(Array(many.utf8))
    #expect(setup.directives.count == MachineSetup.directiveCount)
    #expect(problems.count == 1)
    let long = [UInt8](repeating: UInt8(ascii: "#"), count: MachineSetup.textBytes + 1)
    #expect(MachineSetup.parse(long).problems.count == 1)
  }

  @Test(
    "what a line cannot carry is not written",
    arguments: [
      .module(path: "a b", parameters: ""), .module(path: "", parameters: ""),
      .diskSwap(serial: "a\n"), .mount(type: "", serial: "a", directory: "/b"),
      .fileSwap(type: "ext4", path: "/a b", mebibytes: 1), .write(path: "/x", value: ""),
      .write(path: "/x", value: " y"), .write(path: "/x", value: "a\nreboot"),
      .expect(fact: "a", value: "b "),
    ] as [MachineSetup.Directive])
  func unencodable(_ directive: MachineSetup.Directive) {
    #expect(throws: UnencodableDirective.self) { try MachineSetup([directive]).encoded() }
  }
}
