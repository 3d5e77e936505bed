import Foundation
import Testing

@testable import Kernels

@Suite struct KernelImageTests {
  private func image(_ data: Data) -> KernelImage { KernelImage(LittleEndianBytes(data)) }

  @Test("a bzImage says its release and has no defect")
  func bzImage() {
    let image = image(Fixture.bzImage(release: "6.12.107+deb13-cloud-amd64"))
    #expect(image.format == .bzImage)
    #expect(image.release == "6.12.107+deb13-cloud-amd64")
    #expect(image.defect == nil)
  }

  @Test("every way of cutting a bzImage short is a defect, at every length")
  func cutShort() {
    let whole = Fixture.bzImage()
    // The last paragraph of 16 bytes need not be full.
    for count in 0...(whole.count - 16) {
      #expect(image(whole.prefix(count)).defect != nil, "\(count) bytes")
    }
    #expect(
      image(whole.prefix(1000)).defect
        == "is cut short: its header promises 1552 bytes, the file has 1000")
    #expect(
      image(whole.prefix(0x208)).defect == "is cut short: it ends inside the boot header")
  }

  @Test(
    "what is no kernel says what it starts with",
    arguments: [
      (Data(), "is empty"),
      (
        Data("#!/bin/sh\n".utf8),
        "is not a bzImage (no HdrS magic at 0x202) nor an ELF file; it starts with "
          + "23 21 2f 62 69 6e 2f 73"
      ),
      (
        Data(repeating: 0xa5, count: 4096),
        "is not a bzImage (no HdrS magic at 0x202) nor an ELF file; it starts with "
          + "a5 a5 a5 a5 a5 a5 a5 a5"
      ),
    ])
  func garbage(_ data: Data, _ defect: String) {
    #expect(image(data).format == .unknown)
    #expect(image(data).defect == defect)
  }

  @Test("kernels that the guest programs cannot run on are defects")
  func otherKinds() {
    #expect(
      image(Fixture.bzImage(extendedFlags: 0)).defect
        == "is a 32-bit kernel; the guest programs are x86-64")
    #expect(
      image(Fixture.bzImage(version: 0x1ff)).defect
        == "is a zImage of boot protocol 1.255, not a bzImage")
    #expect(
      image(Fixture.elf(machine: 183)).defect == "is an ELF file for another machine than x86-64")
  }

  @Test("a vmlinux boots only with the PVH note")
  func vmlinux() {
    let text = "xx\0Linux version 6.12.0-dirty (me@here) #1 SMP\0"
    let good = image(Fixture.elf(section: ".rodata", content: text, note: ("Xen", 18)))
    #expect(good.format == .vmlinux)
    #expect(good.release == "6.12.0-dirty")
    #expect(good.defect == nil)
    for other in [("Xen", 17), ("GNU", 18)] as [(String, UInt64)] {
      let bad = image(Fixture.elf(section: ".rodata", content: text, note: other))
      #expect(bad.defect?.hasPrefix("is an ELF file without the PVH note") == true)
    }
  }

  @Test("an ELF file cut off or garbled anywhere is read without a crash")
  func elfFragments() {
    let whole = Fixture.elf(content: "depends=a\0", note: ("Xen", 18))
    for count in 0..<whole.count {
      #expect(image(whole.prefix(count)).release == nil)
      _ = ModuleInfo(whole.prefix(count))
    }
    for index in 16..<whole.count {
      var garbled = whole
      garbled[index] = 0xff
      _ = image(garbled)
      _ = ModuleInfo(garbled)
    }
  }
}
