import GuestProtocol
import Testing

@testable import Machine

@Suite("a machine profile")
struct MachineProfileTests {
  @Test("the default machine's set-up is written as documented")
  func defaultSetup() throws {
    let text = try MachineSetup(MachineProfile(name: "default").setupDirectives).encoded()
    #expect(
      text == """
        hugepages 2048 48
        mount ext4 scratch /mnt/disk
        swap zram 512
        write /sys/kernel/mm/transparent_hugepage/enabled madvise
        write /sys/kernel/mm/transparent_hugepage/shmem_enabled advise
        write /sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan 1
        write /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs 86400000
        write /proc/sys/vm/overcommit_memory 1
        write /proc/sys/kernel/numa_balancing 0
        write /proc/sys/vm/compaction_proactiveness 0
        write /proc/sys/kernel/panic_on_oops 1
        expect cpus 2
        expect nodes 2

        """)
  }

  @Test("pools are reserved on the command line, the extra words come last")
  func kernelArguments() {
    let profile = MachineProfile(
      name: "x", hugepages2M: 3, hugepages1G: 2, extraCommandLine: ["nosmt"])
    #expect(
      profile.kernelArguments == [
        "hugepagesz=1G", "hugepages=2", "hugepagesz=2M", "hugepages=3", "nosmt",
      ])
    #expect(MachineProfile(name: "x", hugepages2M: 0).kernelArguments.isEmpty)
  }

  @Test("a sysctl of the profile replaces the default of its name")
  func sysctls() {
    let profile = MachineProfile(
      name: "x", sysctls: [.init("vm.overcommit_memory", "2"), .init("vm.swappiness", "1")])
    #expect(
      profile.allSysctls.map { "\($0.name)=\($0.value)" } == [
        "kernel.numa_balancing=0", "vm.compaction_proactiveness=0", "kernel.panic_on_oops=1",
        "vm.overcommit_memory=2",
        "vm.swappiness=1",
      ])
  }

  @Test("a machine asks for the modules of its own disks and swap only")
  func modules() {
    #expect(
      MachineProfile(name: "x", swap: .none, scratch: nil).moduleNames
        == ["virtio_pci", "virtio_console"])
    #expect(
      MachineProfile(name: "x", swap: .none).moduleNames
        == ["virtio_pci", "virtio_console", "virtio_blk", "crc32c_generic", "ext4"])
    #expect(MachineProfile(name: "x").moduleNames.contains("zram"))
    let disk = MachineProfile(name: "x", swap: .disk(mebibytes: 1))
    #expect(disk.moduleNames.contains("virtio_blk"))
    #expect(disk.setupDirectives.contains(.diskSwap(serial: "swap")))
    #expect(disk.swapDiskMebibytes == 1)
  }

  @Test("what kernels switch off where memory is short is on again")
  func shortMemory() {
    let path = "/sys/kernel/mm/transparent_hugepage/use_zero_page"
    let directive = MachineSetup.Directive.write(path: path, value: "1")
    #expect(MachineProfile(name: "x", memoryMebibytes: 320).setupDirectives.contains(directive))
    #expect(!MachineProfile(name: "x").setupDirectives.contains(directive))
  }

  @Test("zswap stands before a disk, and is switched on after it")
  func zswap() {
    let profile = MachineProfile(name: "x", swap: .zswap(mebibytes: 7), scratch: nil)
    #expect(profile.swapDiskMebibytes == 7)
    #expect(profile.moduleNames.contains("zsmalloc"))
    #expect(
      profile.setupDirectives.prefix(3) == [
        .hugepages(kib: 2048, count: 48), .diskSwap(serial: "swap"),
        .write(path: "/sys/module/zswap/parameters/enabled", value: "Y"),
      ])
  }

  @Test("a swap file comes after the disk it lies on", arguments: FileSystem.allCases)
  func swapFile(_ fileSystem: FileSystem) {
    let profile = MachineProfile(
      name: "x", hugepages2M: 0, swap: .file(fileSystem, mebibytes: 9),
      scratch: ScratchDisk(fileSystem, mebibytes: 512))
    let type = fileSystem.rawValue
    #expect(profile.moduleNames.contains(type))
    #expect(profile.swapDiskMebibytes == nil)
    #expect(
      profile.setupDirectives.prefix(2) == [
        .mount(type: type, serial: "scratch", directory: "/mnt/disk"),
        .fileSwap(type: type, path: "/mnt/disk/swap", mebibytes: 9),
      ])
  }

  @Test("the number of page table levels is checked in the guest")
  func pageTableLevels() {
    let profile = MachineProfile(name: "x", pageTableLevels: 5)
    #expect(profile.setupDirectives.last == .expect(fact: "page_table_levels", value: "5"))
  }
}
