internal import ArgumentParser
internal import Lab
internal import Reports
internal import Results

/// `faultline guests`: the guests that `run --keep` keeps, and how to look at each.
struct GuestsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guests", abstract: "List this user's kept guests and how to look at each.",
    discussion: "`faultline run --keep` keeps the guest of the first case that fails.")

  func run() async throws { try KeptGuests.find().show() }
}

/// `faultline dump`: the memory of a kept guest.
struct DumpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Write the memory of a kept guest to a file for drgn or crash.",
    discussion: """
      faultline dump debian-6.12-0-1-1-1 --out /var/tmp/panic.elf

      The file is an ELF core as large as the guest's memory. Without a guest, lists those there are.
      """)

  @Argument(help: "The guest's name, as `faultline guests` says it.")
  var guest: String?

  @Option(name: .long, help: "The file to make; the default is GUEST.elf.")
  var out: String?

  func run() async throws {
    let guests = try KeptGuests.find()
    guard let guest else { return guests.show() }
    let path = Terminal.absolute(out ?? guest + ".elf")
    switch try ControlSocket.ask(.dump(guest: guest, path: path), at: guests.socket(of: guest)) {
    case .dumped(let byteCount, let hasKernelInfo):
      Terminal.out(path + "\n")
      Terminal.err("\(byteCount >> 20) MiB of memory of \(Escaping.terminal(guest))\n")
      if !hasKernelInfo { Terminal.err(Self.withoutKernelInfo) }
    case .refused(let why): throw DumpFailure(why)
    case .guests:
      throw DumpFailure("the process that keeps \(guest) does not answer what was asked")
    }
  }

  private static let withoutKernelInfo = """
    The kernel keeps no VMCOREINFO (CONFIG_VMCORE_INFO, CONFIG_CRASH_CORE before 6.9): drgn and crash cannot read this.
      try: gdb on the guest itself, or a kernel with the configuration `debugger`

    """
}

/// Why there is no dump, in words.
private struct DumpFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
