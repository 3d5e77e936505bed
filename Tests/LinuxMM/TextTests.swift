import Testing

@testable import LinuxMM

@Suite struct TextTests {
  @Test(
    "pagemap letters read and print the same",
    arguments: ["-", "P", "PX", "PFX", "PXW", "PFXW", "SW", "S", "PXd", "SG", "PSFXWGd"])
  func letters(_ text: String) {
    #expect(PagemapEntry.Bits(letters: text).description == text)
  }

  @Test(
    "a raw pagemap entry shows its letters",
    arguments: [
      (0x8100_0000_0000_1234, "PX"), (0xa300_0000_0000_0001, "PFXW"),
      (0x4200_0000_0000_003f, "SW"), (0x0080_0000_0000_0000, "d"), (0, "-"),
    ] as [(UInt64, String)])
  func rawEntries(_ raw: UInt64, _ letters: String) {
    let entry = PagemapEntry(rawValue: raw)
    #expect(entry.description == letters)
    #expect(entry.frame == (letters.contains("P") ? raw & 0x7f_ffff_ffff_ffff : 0))
  }

  @Test(
    "hexadecimal is the standard library's",
    arguments: [0, 1, 15, 16, 0xabc, 0x7fff_ffff_f000, UInt64.max])
  func hexadecimal(_ value: UInt64) {
    #expect(hex(value) == String(value, radix: 16))
  }

  @Test("numbers are found by their whole key")
  func numbers() {
    let text = "SwapTotal:       12 kB\nSwapFree:\t34 kB\nSwap:  5 kB\npswpout 678\nEmpty:\n"
    let number = { (key: String) in
      Array(text.utf8).withUnsafeBufferPointer { TextFile.number(after: key, in: $0) }
    }
    #expect(number("SwapFree") == 34)
    #expect(number("Swap") == 5)
    #expect(number("pswpout") == 678)
    #expect(number("Empty") == nil)
    #expect(number("Free") == nil)
  }

  @Test(
    "a setting's selected word",
    arguments: [
      ("always [madvise] never\n", "madvise"), ("[always] madvise never", "always"),
      ("  60 \n", "60"), ("", ""), ("\n", ""), ("a]b[", "a]b["),
    ])
  func selected(_ text: String, _ word: String) {
    #expect(Knob.selected(text) == word)
  }

  @Test("errors have their C names")
  func errnoNames() {
    #expect(Errno.invalid.description == "EINVAL")
    #expect(Errno.notTypewriter.description == "ENOTTY")
    #expect(Errno(12345).description == "errno 12345")
  }
}
