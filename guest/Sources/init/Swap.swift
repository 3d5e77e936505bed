import CInit

/// Swap areas, formatted here since the guest has no mkswap.
enum Swap {
  private static let zram = "/sys/block/zram0"

  /// Turns compressed memory of so many MiB into swap; answers a sentence when it fails.
  static func useZram(mebibytes: Int) -> String? {
    let size = String(mebibytes) + "M"
    var result = Files.write(size, to: zram + "/disksize")
    if result < 0, result != -Int(CI_ENOENT) {
      result = tryOtherCompressors(size, after: result)
    }
    guard result == 0 else {
      return "zram does not take a size of \(mebibytes) MiB: \(errorName(result))"
    }
    return use("/dev/zram0")
  }

  /// A kernel may name a default compressor that it has not loaded; then any that works will do.
  private static func tryOtherCompressors(_ size: String, after failure: Int) -> Int {
    var result = failure
    for name in words(Files.text(zram + "/comp_algorithm") ?? "") where !name.utf8.isEmpty {
      guard Files.write(name, to: zram + "/comp_algorithm") == 0 else { continue }
      result = Files.write(size, to: zram + "/disksize")
      if result == 0 { break }
    }
    return result
  }

  /// Turns the disk of a serial number into swap; answers a sentence when it fails.
  static func useDisk(serial: String) -> String? {
    guard let name = Disks.name(serial: serial) else { return Disks.missing(serial) }
    // Solid: the kernel keeps huge pages in one piece only where there is no head to move.
    let path = "/sys/block/" + name + "/queue/rotational"
    let result = Files.write("0", to: path)
    guard result == 0 else { return "\(path) does not take 0: \(errorName(result))" }
    return use("/dev/" + name)
  }

  /// Makes a file without holes and turns it into swap; answers a sentence when it fails.
  static func useFile(_ path: String, on type: String, mebibytes: Int) -> String? {
    let file = ci_open(path, CI_READ_WRITE | CI_CREATE | CI_TRUNCATE)
    guard file >= 0 else { return "\(path) cannot be made: \(errorName(file))" }
    defer { ci_close(file) }
    // btrfs swaps to files only that it does not copy on write, which is settled while they are empty.
    if type == "btrfs", case let result = ci_write_in_place(file), result < 0 {
      return "\(path) cannot be set to be written in place: \(errorName(result))"
    }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for mebibyte in 0..<mebibytes {
      let written = zeros.withUnsafeBytes {
        ci_pwrite(file, $0.baseAddress, $0.count, Int64(mebibyte) << 20)
      }
      guard written == zeros.count else {
        return "\(path) holds \(mebibyte) of \(mebibytes) MiB: \(errorName(min(written, 0)))"
      }
    }
    // swapon asks where the blocks are, which some file systems decide only when they write.
    let result = ci_sync(file)
    guard result == 0 else { return "\(path) cannot be written: \(errorName(result))" }
    return format(path, file, size: Int64(mebibytes) << 20)
  }

  /// Formats a block device as swap and swaps to it; answers a sentence when it fails.
  private static func use(_ device: String) -> String? {
    let file = ci_open(device, CI_READ_WRITE)
    guard file >= 0 else { return "\(device) cannot be opened: \(errorName(file))" }
    defer { ci_close(file) }
    return format(device, file, size: ci_device_size(file))
  }

  private static func format(_ path: String, _ file: CInt, size: Int64) -> String? {
    let page = ci_page_size()
    guard size >= 10 * Int64(page) else { return "\(path) is too small for swap: \(size) bytes" }
    let header = self.header(
      pageSize: page, lastPage: UInt32(truncatingIfNeeded: size / Int64(page) - 1))
    let written = header.withUnsafeBytes { ci_pwrite(file, $0.baseAddress, $0.count, 0) }
    guard written == page else { return "\(path) cannot be formatted: \(errorName(written))" }
    let result = ci_swapon(path)
    return result == 0 ? nil : "\(path) cannot be swapped to: \(errorName(result))"
  }

  /// The first page of a swap area: version 1, its last page, no bad pages, and the magic word at the page's end.
  private static func header(pageSize: Int, lastPage: UInt32) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: pageSize)
    header[1024] = 1
    for byte in 0..<4 {
      header[1028 + byte] = UInt8(truncatingIfNeeded: lastPage >> UInt32(8 * byte))
    }
    let magic = Array("SWAPSPACE2".utf8)
    header.replaceSubrange((pageSize - magic.count)..., with: magic)
    return header
  }
}

/// The words of a list such as `always [madvise] never`, without the brackets of the chosen one.
func words(_ text: String) -> [String] {
  text.utf8.split { $0 <= 0x20 || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }
    .map { String(decoding: Array($0), as: UTF8.self) }
}

/// The chosen word of a list such as `always [madvise] never`; the whole text when none is in brackets.
func chosen(_ text: String) -> String {
  let bytes = Array(text.utf8)
  guard let open = bytes.firstIndex(of: UInt8(ascii: "[")),
    let close = bytes.firstIndex(of: UInt8(ascii: "]")), open < close
  else { return text }
  return String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
}
