import Foundation
import FoundationXML
import Testing

@testable import Machine

@Suite("domain XML")
struct DomainXMLTests {
  private static func spec(
    _ accelerator: Accelerator, vcpus: Int = 2, nodes: Int = 2, memory: Int = 1536,
    disks: [GuestSpec.Disk] = [], words: [String] = []
  ) -> GuestSpec {
    GuestSpec(
      name: "run-1", accelerator: accelerator, kernel: .file("/k"), initramfs: .file("/i"),
      commandLine: KernelCommandLine(for: accelerator, adding: words), memoryMebibytes: memory,
      vcpus: vcpus, nodes: nodes, disks: disks)
  }

  private static func text(_ spec: GuestSpec, disks: [String] = [], socket: String? = nil) -> String
  {
    DomainXML(
      spec: spec,
      files: .init(
        kernel: "/run/kernel", initramfs: "/run/initramfs", disks: disks, channelSocket: socket)
    ).text
  }

  @Test("the default machine under TCG")
  func translated() throws {
    let text = Self.text(Self.spec(.tcg), socket: "/run/records")
    try expectSnapshot(text, "tcg.xml")
  }

  @Test("a machine on KVM, one node, a disk, and no socket of ours")
  func virtualized() throws {
    let spec = Self.spec(
      .kvm, vcpus: 1, nodes: 1, memory: 512,
      disks: [
        .init("scratch", .image("/cache/ext4")), .init("swap", .empty(mebibytes: 128)),
      ])
    try expectSnapshot(Self.text(spec, disks: ["/run/disk0", "/run/disk1"]), "kvm-disk.xml")
  }

  @Test("more nodes than vCPUs, memory that does not divide, words that XML would take for its own")
  func awkward() throws {
    let spec = Self.spec(
      .tcg, vcpus: 2, nodes: 3, memory: 1000, words: ["a=\"<&>'\""])
    try expectSnapshot(Self.text(spec), "awkward.xml")
  }

  @Test("only a guest that a gdb may attach to has words for QEMU itself")
  func debugger() throws {
    let profile = MachineProfile(
      name: "m", memoryMebibytes: 512, vcpus: 1, nodes: 1, hugepages2M: 0, swap: .none,
      scratch: nil)
    let spec = GuestSpec(
      name: "run-1", profile: profile, accelerator: .tcg, kernel: .file("/k"),
      initramfs: .file("/i"), staysAfterPanic: true, debugger: true)
    let text = DomainXML(
      spec: spec,
      files: .init(kernel: "/k", initramfs: "/i", debuggerSocket: "/run/gdb/<run>-1")
    ).text
    try expectSnapshot(text, "debugger.xml")
    #expect(XMLParser(data: Data(text.utf8)).parse())
  }

  @Test("page tables of 4 and of 5 levels are the processor's", arguments: [4, 5])
  func pageTableLevels(_ levels: Int) throws {
    for accelerator in Accelerator.allCases {
      var spec = Self.spec(accelerator)
      spec.pageTableLevels = levels
      let policy = levels == 5 ? "require" : "disable"
      let text = Self.text(spec)
      #expect(text.contains("<feature policy='\(policy)' name='la57'/>"))
      for unwanted in ["cx16", "erms", "fsrm"] {
        #expect(text.contains("'\(unwanted)'") == (accelerator == .tcg))
      }
    }
    #expect(!Self.text(Self.spec(.tcg)).contains("la57"))
  }

  @Test("is XML, whatever the words", arguments: ["plain", "<&>\"'", "a=]]>", "ü=é"])
  func wellFormed(word: String) {
    let text = Self.text(Self.spec(.tcg, words: [word]))
    let reader = CommandLineReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.commandLine.hasSuffix(" " + word))
  }
}

/// Reads the command line back.
private final class CommandLineReader: NSObject, XMLParserDelegate {
  var commandLine = ""
  private var element = ""

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    element = elementName
  }

  func parser(
    _ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?
  ) {
    element = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if element == "cmdline" { commandLine += string }
  }
}

@Suite("kernel command line")
struct KernelCommandLineTests {
  private static let common =
    "console=ttyS0 loglevel=5 panic=-1 oops=panic reboot=t unknown_nmi_panic i8042.noaux "
    + "i8042.nokbd edd=off cryptomgr.notests rcupdate.rcu_expedited=1 random.trust_cpu=on"

  @Test("the timer check is switched off under TCG only, and the machine's own words come last")
  func words() {
    #expect(
      KernelCommandLine(for: .tcg, adding: ["loglevel=8"]).description
        == Self.common
        + " no_timer_check watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 loglevel=8")
    #expect(KernelCommandLine(for: .kvm).description == Self.common)
  }

  @Test("a kernel that is to be looked at stays after a panic, and is where its symbols say")
  func inspected() {
    #expect(
      KernelCommandLine(for: .kvm, staysAfterPanic: true, debugger: true, adding: ["a"])
        .description == Self.common + " panic=0 nokaslr a")
  }

  @Test("a profile's words, memory, vCPUs, nodes and disks reach the guest")
  func profile() {
    let profile = MachineProfile(
      name: "m", memoryMebibytes: 768, vcpus: 3, nodes: 1, hugepages2M: 8,
      swap: .disk(mebibytes: 64))
    let spec = GuestSpec(
      name: "g", profile: profile, accelerator: .tcg, kernel: .file("/k"), initramfs: .bytes([1]))
    #expect(spec.commandLine.description.hasSuffix(" hugepagesz=2M hugepages=8"))
    #expect(spec.memoryMebibytes == 768)
    #expect(spec.vcpus == 3)
    #expect(spec.nodes == 1)
    #expect(spec.disks == [.init("swap", .empty(mebibytes: 64))])
    #expect(spec.domainName == "faultline-g")
    let withFiles = GuestSpec(
      name: "g", profile: profile, accelerator: .tcg, kernel: .file("/k"), initramfs: .bytes([1]),
      scratch: "/cache/ext4")
    #expect(withFiles.disks.map(\.serial) == ["scratch", "swap"])
    #expect(withFiles.disks.first?.content == .image("/cache/ext4"))
  }
}
