/// The smallest static executables there are, for what no suite program does: one page, a few instructions.
enum TinyProgram {
  /// Sleeps for ever.
  static let sleeper = elf([
    0xb8, 34, 0, 0, 0,  // mov eax, SYS_pause
    0x0f, 0x05,  // syscall
    0xeb, 0xf7,  // jmp back
  ])

  /// Ends at once with a status.
  static func exits(_ status: UInt8) -> [UInt8] {
    elf([
      0xb8, 60, 0, 0, 0,  // mov eax, SYS_exit
      0xbf, status, 0, 0, 0,  // mov edi, status
      0x0f, 0x05,  // syscall
    ])
  }

  /// Writes a text to stdout and ends with status 0.
  static func prints(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var code: [UInt8] = [
      0xb8, 1, 0, 0, 0,  // mov eax, SYS_write
      0xbf, 1, 0, 0, 0,  // mov edi, 1
      0x48, 0x8d, 0x35, 19, 0, 0, 0,  // lea rsi, [rip + 19]: behind the code
      0xba,  // mov edx, length
    ]
    code += little(UInt64(bytes.count), 4)
    code += [
      0x0f, 0x05,  // syscall
      0xb8, 60, 0, 0, 0,  // mov eax, SYS_exit
      0x31, 0xff,  // xor edi, edi
      0x0f, 0x05,  // syscall
      0x90, 0x90, 0x90,
    ]
    return elf(code + bytes)
  }

  /// Writes instructions into an executable with one readable, executable segment.
  private static func elf(_ code: [UInt8]) -> [UInt8] {
    let base: UInt64 = 0x40_0000
    let headers = 64 + 56
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
    file += little(2, 2) + little(62, 2) + little(1, 4)  // an executable for x86-64, version 1
    file += little(base + UInt64(headers), 8) + little(64, 8) + little(0, 8)  // entry, headers
    file += little(0, 4) + little(64, 2) + little(56, 2) + little(1, 2)
    file += little(64, 2) + little(0, 2) + little(0, 2)
    file += little(1, 4) + little(5, 4) + little(0, 8) + little(base, 8) + little(base, 8)
    file += little(UInt64(headers + code.count), 8) + little(UInt64(headers + code.count), 8)
    file += little(0x1000, 8)
    return file + code
  }

  private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }
}
