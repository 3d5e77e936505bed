internal import Foundation

/// The line numbers of a kernel: an ELF file with its symbols and `.debug_line`.
package struct DebugInfo: Sendable {
  /// How long all places of one look-up may take: addr2line reads some hundred megabytes.
  static let deadline = Duration.seconds(20)
  /// More places than this are not looked up at a time.
  static let maximumPlaces = 2000

  /// A place in the code, as backtraces name it: `do_swap_page+0x123/0x9d0`.
  package struct Place: Hashable, Sendable {
    let symbol: String
    let offset: UInt64
    let size: UInt64
    let isReturn: Bool

    /// Names a place.
    ///
    /// - Parameters:
    ///   - symbol: as the kernel prints it, `.isra.0` and `.cold` included.
    ///   - offset: from the symbol's start, in bytes.
    ///   - size: how long the symbol is, in bytes; 0 when that is not known.
    ///   - isReturn: whether a call returns there.
    package init(symbol: String, offset: UInt64, size: UInt64, isReturn: Bool) {
      self.symbol = symbol
      self.offset = offset
      self.size = size
      self.isReturn = isReturn
    }
  }

  /// Absolute path of the ELF file.
  package let file: String

  /// What a Debian package with a kernel's symbols has installed on this host; nil when it has not.
  package static func installed(for release: String?) -> String? {
    // A guest says its release: it names no other file.
    guard let release, !release.contains("/") else { return nil }
    return ["/usr/lib/debug/boot/vmlinux-\(release)", "/usr/lib/debug/vmlinux-\(release)"]
      .first { FileManager.default.isReadableFile(atPath: $0) }
  }

  /// Finds what belongs to an image: `vmlinux.debug` beside it, which `kernels build` leaves, the image
  /// itself, or the vmlinux of the build tree that a bzImage lies in; nil when none has line numbers.
  package init?(ofImage image: String) {
    let suffix = "/arch/x86/boot/bzImage"
    let folder = URL(fileURLWithPath: image).deletingLastPathComponent().path
    let tree = image.hasSuffix(suffix) ? ["\(image.dropLast(suffix.count))/vmlinux"] : []
    let file = ([folder + "/vmlinux.debug", image] + tree).first { path in
      LittleEndianBytes(path: path).flatMap { ElfFile($0) }?.hasSection(named: ".debug_line")
        ?? false
    }
    guard let file else { return nil }
    self.file = file
  }

  /// Where places are in the source: `mm/memory.c:4321`, and for code that was inlined first the inlined
  /// function, then where it was: `pte_unmap (include/linux/pgtable.h:12) in mm/memory.c:4321`.
  ///
  /// - Returns: what was found; a place that is of no symbol, or of several, has no entry.
  /// - Throws: when addr2line is not there, fails, or does not end in time.
  package func lines(of places: [Place]) async throws -> [Place: String] {
    guard let bytes = LittleEndianBytes(path: file), let elf = ElfFile(bytes) else { return [:] }
    let wanted = Set(places.prefix(Self.maximumPlaces))
    let symbols = elf.symbols(named: Set(wanted.map(\.symbol)))
    var addresses: [(place: Place, address: UInt64)] = []
    for place in wanted {
      let fitting = (symbols[place.symbol] ?? []).filter {
        // The kernel counts up to the next symbol, padding included.
        place.size == 0 || $0.size <= place.size && place.size < $0.size + 64
      }
      guard let symbol = fitting.first, fitting.count == 1 else { continue }
      // A call returns to the instruction after it, which may be of the next line, or of no function.
      let back: UInt64 = place.isReturn && place.offset > 0 ? 1 : 0
      addresses.append((place, symbol.address + place.offset - back))
    }
    guard !addresses.isEmpty else { return [:] }
    let output = try await ChildProcess(
      "addr2line",
      ["-a", "-i", "-f", "-e", file] + addresses.map { "0x" + String($0.address, radix: 16) },
      deadline: Self.deadline
    ).output()
    let found = Self.read(output)
    var lines: [Place: String] = [:]
    for (place, address) in addresses { lines[place] = found[address] }
    return lines
  }

  /// Reads what `addr2line -a -i -f` prints: an address, then function and place by turns, innermost first.
  static func read(_ output: String) -> [UInt64: String] {
    var found: [UInt64: String] = [:]
    var address: UInt64?
    var pairs: [(function: Substring, place: String)] = []
    var function: Substring?
    func end() {
      guard let address, let outermost = pairs.last,
        !pairs.contains(where: { $0.place.hasPrefix("?") })
      else { return }
      let inlined = pairs.dropLast().first.map { "\($0.function) (\($0.place)) in " } ?? ""
      found[address] = inlined + outermost.place
    }
    for line in output.split(separator: "\n") {
      if line.hasPrefix("0x"), let number = UInt64(line.dropFirst(2), radix: 16) {
        end()
        (address, pairs, function) = (number, [], nil)
      } else if let name = function {
        pairs.append((name, shortened(line)))
        function = nil
      } else {
        function = line
      }
    }
    end()
    return found
  }

  /// `/home/me/linux/./mm/memory.c:12 (discriminator 3)` as `mm/memory.c:12`.
  private static func shortened(_ place: Substring) -> String {
    let text = place.split(separator: " ").first ?? place
    let folders = text.split(separator: "/").filter { $0 != "." }
    guard text.hasPrefix("/"), let top = sourceTop(folders) else {
      return folders.joined(separator: "/")
    }
    return folders[top...].joined(separator: "/")
  }

  /// Where the path inside the source begins: at the last folder that source trees have at their top, but
  /// `arch/x86/kernel` begins at `arch`.
  private static func sourceTop(_ folders: [Substring]) -> Int? {
    if let source = folders.lastIndex(where: { $0 == "src" || $0.hasPrefix("linux-") }) {
      return source + 1 < folders.count ? source + 1 : nil
    }
    return folders.firstIndex { topFolders.contains($0) }
  }

  private static let topFolders: Set<Substring> = [
    "arch", "block", "crypto", "drivers", "fs", "include", "init", "io_uring", "ipc", "kernel",
    "lib",
    "mm", "net", "security", "sound", "virt",
  ]
}
