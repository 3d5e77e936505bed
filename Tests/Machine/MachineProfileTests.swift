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
        swap zram 512
        write /sys/kernel/mm/transparent_hugepage/enabled madvise
        write /sys/kernel/mm/transparent_hugepage/shmem_enabled advise
        write /proc/sys/vm/overcommit_memory 1
        write /proc/sys/kernel/numa_balancing 0
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
        "kernel.numa_balancing=0", "kernel.panic_on_oops=1", "vm.overcommit_memory=2",
        "vm.swappiness=1",
      ])
  }

  @Test("a machine asks for the modules of its own swap only")
  func modules() {
    #expect(MachineProfile(name: "x", swap: .none).moduleNames == ["virtio_pci", "virtio_console"])
    #expect(MachineProfile(name: "x").moduleNames.contains("zram"))
    let disk = MachineProfile(name: "x", swap: .disk(mebibytes: 1))
    #expect(disk.moduleNames.contains("virtio_blk"))
    #expect(disk.setupDirectives.contains(.diskSwap(device: "/dev/vda")))
  }
}
