import Foundation
import Kernels
import Lab
import Machine
import Testing

@Suite("the machine catalogue")
struct MachineCatalogTests {
  private static let shipped = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "kernels/machines.yaml").path

  @Test("the shipped file's first machine is the default one, and no two are alike")
  func shippedFile() throws {
    let catalog = try MachineCatalog(contentsOf: Self.shipped)
    #expect(catalog.names.first == "default")
    #expect(Set(catalog.machines.map(\.setupDirectives.description)).count > 10)
    for machine in catalog.machines { #expect(!machine.summary.isEmpty) }
    var expected = MachineProfile(name: "default")
    expected.summary = try #require(catalog.machines.first).summary
    #expect(catalog.machines.first == expected)
    #expect(try catalog.machine(named: "small").swap == .none)
    #expect(try catalog.machine(named: "small").scratch == nil)
    #expect(try catalog.machine(named: "zswap").swap == .zswap(mebibytes: 512))
    for fileSystem in FileSystem.allCases {
      let machine = try catalog.machine(named: "swapfile-\(fileSystem.rawValue)")
      #expect(machine.swap == .file(fileSystem, mebibytes: 128))
      #expect(machine.scratch?.fileSystem == fileSystem)
    }
    #expect(try catalog.machine(named: "disk-swap").swap == .disk(mebibytes: 512))
  }

  @Test("every field of a machine is read")
  func everyField() throws {
    let yaml = """
      machines:
        big:
          summary: all of it
          memory_mib: 8192
          vcpus: 4
          nodes: 1
          hugepages_2m: 7
          hugepages_1g: 2
          swap: zram 64
          scratch: xfs 300
          thp: always
          shmem_thp: within_size
          ksm: on
          sysctls: {vm.swappiness: 100, net.ipv4.ip_forward: "1"}
          page_table_levels: 5
          command_line: [nosmt, page_poison=1]
      """
    let machine = try MachineCatalog(yaml: yaml, file: "m.yaml").machine(named: "big")
    #expect(
      machine
        == MachineProfile(
          name: "big", summary: "all of it", memoryMebibytes: 8192, vcpus: 4, nodes: 1,
          hugepages2M: 7, hugepages1G: 2, swap: .zram(mebibytes: 64),
          scratch: ScratchDisk(.xfs, mebibytes: 300), hugePages: .always,
          sharedHugePages: .withinSize, mergesPages: true,
          sysctls: [.init("vm.swappiness", "100"), .init("net.ipv4.ip_forward", "1")],
          pageTableLevels: 5, extraCommandLine: ["nosmt", "page_poison=1"]))
  }

  @Test("an unknown machine is answered with the nearest name")
  func unknownMachine() throws {
    let catalog = try MachineCatalog(contentsOf: Self.shipped)
    let failure = #expect(throws: UnknownMachine.self) { try catalog.machine(named: "smal") }
    #expect(failure?.description == "unknown machine \"smal\"; did you mean small?")
  }

  private static let mistakes: [(line: String, message: String)] = [
    (
      "memory: 512",
      "m.yaml:3: unknown key \"memory\" in machine \"one\"; did you mean \"memory_mib\"?"
    ),
    (
      "vcpus: many",
      "m.yaml:3: \"vcpus\" of machine \"one\" is \"many\"; expected a number from 1 to 64"
    ),
    (
      "thp: madvice",
      "m.yaml:3: \"thp\" of machine \"one\" is \"madvice\"; did you mean \"madvise\"?"
    ),
    (
      "swap: zram",
      "m.yaml:3: \"swap\" of machine \"one\" is \"zram\"; expected none, zram MIB, disk MIB, "
        + "zswap MIB or file FS MIB, such as zram 512 or file ext4 128"
    ),
    (
      "swap: file ext2 64",
      "m.yaml:3: \"swap\" of machine \"one\" has file system \"ext2\"; did you mean \"ext4\"?"
    ),
    (
      "swap: file 64",
      "m.yaml:3: \"swap\" of machine \"one\" is \"file 64\"; expected none, zram MIB, disk MIB, "
        + "zswap MIB or file FS MIB, such as zram 512 or file ext4 128"
    ),
    (
      "scratch: ext4",
      "m.yaml:3: \"scratch\" of machine \"one\" is \"ext4\"; expected none or FS MIB, such as "
        + "ext4 128"
    ),
    (
      "scratch: xfs 64",
      "m.yaml:3: \"scratch\" of machine \"one\" is \"xfs 64\"; xfs takes from 300 to 1048576 MiB"
    ),
    (
      "page_table_levels: 6",
      "m.yaml:3: \"page_table_levels\" of machine \"one\" is \"6\"; expected a number from 4 to 5"
    ),
    ("ksm: perhaps", "m.yaml:3: \"ksm\" of machine \"one\" is \"perhaps\"; expected on or off"),
    (
      "sysctls: {swappiness: 1}",
      "m.yaml:3: \"swappiness\" in \"sysctls\" of machine \"one\" is no sysctl; expected such as "
        + "vm.swappiness"
    ),
    (
      "command_line: [\"a b\"]",
      "m.yaml:3: \"a b\" in \"command_line\" of machine \"one\" is not one word"
    ),
    (
      "nodes: 3",
      "m.yaml:2: machine \"one\" has 3 nodes and 2 vcpus; every node needs a vcpu"
    ),
    (
      "hugepages_1g: 1",
      "m.yaml:2: machine \"one\" wants 1120 MiB of huge pages, which is more than half of its "
        + "memory_mib 1536"
    ),
    ("summary:", "m.yaml:3: \"summary\" of machine \"one\" must be a text"),
  ]

  @Test("a swap file brings its disk, and must fit on one that is named")
  func swapFile() throws {
    func machine(_ lines: String) throws -> MachineProfile {
      let yaml = "machines:\n  one: {\(lines)}\n"
      return try #require(try MachineCatalog(yaml: yaml, file: "m.yaml").machines.first)
    }
    #expect(
      try machine("swap: file ext4 64").scratch == ScratchDisk(.ext4, mebibytes: 192))
    #expect(try machine("swap: file xfs 64").scratch == ScratchDisk(.xfs, mebibytes: 300))
    let named = try machine("swap: file btrfs 64, scratch: btrfs 512")
    #expect(named.scratch == ScratchDisk(.btrfs, mebibytes: 512))
    #expect(named.swap == .file(.btrfs, mebibytes: 64))
    for scratch in ["none", "ext4 512", "xfs 300"] {
      let failure = #expect(throws: CatalogError.self) {
        try machine("swap: file xfs 200, scratch: \(scratch)")
      }
      #expect(
        failure?.description
          == "m.yaml:2: machine \"one\" swaps to a file of 200 MiB on xfs, and its scratch is "
          + "\(scratch); leave scratch out, or say xfs 328 or more")
    }
  }

  @Test("a mistake names the line and what was meant", arguments: mistakes)
  func mistake(_ row: (line: String, message: String)) {
    let yaml = "machines:\n  one:\n    \(row.line)\n"
    let failure = #expect(throws: CatalogError.self) {
      try MachineCatalog(yaml: yaml, file: "m.yaml")
    }
    #expect(failure?.description == row.message)
  }

  @Test(
    "a file that holds no machines is refused",
    arguments: ["", "machines: {}\n", "machines: 3\n", "a: [\n", "kernels: {}\n"])
  func noMachines(_ yaml: String) {
    #expect(throws: CatalogError.self) { try MachineCatalog(yaml: yaml, file: "m.yaml") }
  }
}
