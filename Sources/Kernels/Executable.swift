package import Foundation

/// Programs for a guest, which has neither a dynamic loader nor an interpreter.
package enum Executable {
  /// What keeps a file from being executed in a guest, as the end of a sentence, and what to do; nil when nothing does.
  package static func flaw(in data: Data) -> (String, String)? {
    let link =
      "link it statically: gcc -static …, or cargo build --target x86_64-unknown-linux-musl"
    if data.starts(with: "#!".utf8) {
      return ("is a script, and a guest has no interpreter", "a static executable instead")
    }
    let bytes = LittleEndianBytes(data)
    guard ElfFile.hasMagic(bytes) else {
      return (
        "is no executable: it does not begin as an ELF file", "the path of a static executable"
      )
    }
    guard let elf = ElfFile(bytes), elf.machine == ElfFile.x86 else {
      return ("is for another architecture than x86-64", "build it for x86-64")
    }
    switch bytes.uint16(at: 16) {
    case 2, 3: break
    default: return ("is an object file or a core, not an executable", link)
    }
    if elf.hasInterpreter {
      return ("is linked dynamically, and a guest has no libraries", link)
    }
    guard elf.promisedCount <= data.count else {
      return ("is cut off: its headers promise \(elf.promisedCount) bytes", "build it again")
    }
    return nil
  }
}
