package import Results

/// How to look at a kept guest: commands to paste.
package struct KeptGuestReport {
  /// How faultline is called.
  let program: String

  package init(program: String) {
    self.program = program
  }

  /// Writes a paragraph about one guest.
  package func write(_ guest: KeptGuestRecord, to text: inout some TextOutputStream) {
    let head =
      "kept: guest \(guest.name), as it is after \(guest.subject) (\(guest.verdict.rawValue)) "
      + "on \(guest.kernel), machine \(guest.machine)"
    text.write(Escaping.terminal(head) + "\n")
    for (name, lines) in sections(guest) {
      for (index, line) in lines.enumerated() {
        let label = index == 0 ? name : ""
        let gap = String(repeating: " ", count: 9 - label.count)
        text.write("  \(label)\(gap)\(Escaping.terminal(line))\n")
      }
    }
  }

  private func sections(_ guest: KeptGuestRecord) -> [(String, [String])] {
    let dump = words([program, "dump", guest.name])
    let file = guest.name + ".elf"
    let symbols = guest.symbols.map { ["-s", $0] } ?? []
    return [
      ("gdb", debugger(guest)),
      ("dump", [dump, words(["drgn", "-c", file] + symbols)]),
      ("symbols", [guest.symbols.map(plain) ?? cure(guest)]),
      ("console", [console(guest)]),
    ]
  }

  private func debugger(_ guest: KeptGuestRecord) -> [String] {
    guard let socket = guest.debugger else {
      return ["none waits for it; the same command with --gdb has one"]
    }
    // Without symbols gdb does not know what it talks to.
    let set = guest.symbols == nil ? ["-ex", "set architecture i386:x86-64"] : []
    let file = guest.symbols.map { [$0] } ?? []
    return [
      words(["gdb"] + set + ["-ex", "target remote " + socket] + file),
      "“continue” and “detach” let the guest go on, “disconnect” does not",
    ]
  }

  private func cure(_ guest: KeptGuestRecord) -> String {
    let release = guest.release ?? "RELEASE"
    return guest.kernel.hasPrefix("debian-") && !guest.kernel.hasPrefix("debian-source")
      ? "none known; Debian's package linux-image-\(plain(release))-dbg has them"
      : "none known; faultline kernels build SOURCE --config debugger makes them"
  }

  private func console(_ guest: KeptGuestRecord) -> String {
    guard let path = guest.console else { return "not known" }
    return "socat -,rawer,escape=0x1d \(path)  (ctrl-] leaves; it prints when gdb lets it go on)"
  }

  private func plain(_ text: String) -> String { Escaping.terminal(text) }

  private func words(_ words: [String]) -> String {
    words.map(Escaping.shellWord).joined(separator: " ")
  }
}
