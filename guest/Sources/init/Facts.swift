import CInit
import GuestProtocol

/// What the greeting says about the machine (docs/protocol.md, "Guest to host").
enum Facts {
  /// Reads them all; a fact the kernel does not show is empty.
  static func gather(_ setUp: SetUp, setUpMilliseconds: Int64) -> [Fact] {
    [
      Fact("release", kernelName(0)), Fact("version", kernelName(1)),
      Fact("page_size", String(ci_page_size())), Fact("cpus", String(ci_online_cpus())),
      Fact("nodes", String(nodes())),
    ] + memory() + [
      Fact("hugepages_2m", hugepages("2048")), Fact("hugepages_1g", hugepages("1048576")),
      Fact("page_table_levels", pageTableLevels()), Fact("swap", swapAreas()),
      Fact("zswap", Files.text("/sys/module/zswap/parameters/enabled") ?? ""),
      Fact("scratch", scratch()),
      Fact("thp", chosen(Files.text(thp + "enabled") ?? "")),
      Fact("shmem_thp", chosen(Files.text(thp + "shmem_enabled") ?? "")),
      Fact("uffd_features", userfaultfdFeatures()),
      Fact("cmdline", Files.text("/proc/cmdline") ?? ""),
      Fact("taint", Files.text("/proc/sys/kernel/tainted") ?? ""),
      Fact("setup_ms", String(setUpMilliseconds)), Fact("setup_phases", phases(setUp)),
      Fact("uptime_ms", String(ci_uptime_ms())),
    ]
  }

  private static let thp = "/sys/kernel/mm/transparent_hugepage/"

  private static func kernelName(_ field: CInt) -> String {
    var text = [CChar](repeating: 0, count: 65)
    guard ci_uname(field, &text) == 0 else { return "" }
    return text.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }

  /// How many NUMA nodes have memory or processors; one where the kernel knows of none.
  private static func nodes() -> Int {
    let names = Files.names(in: "/sys/devices/system/node")
    return max(1, names.filter { isNode(Array($0.utf8)) }.count)
  }

  private static func isNode(_ name: [UInt8]) -> Bool {
    name.count > 4 && Array(name[0..<4]) == Array("node".utf8)
      && name[4...].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }

  private static func memory() -> [Fact] {
    let text = Files.bytes("/proc/meminfo") ?? []
    var total = "", available = "", swap = ""
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
      guard words.count >= 2 else { continue }
      let value = String(decoding: words[1], as: UTF8.self)
      switch String(decoding: words[0], as: UTF8.self) {
      case "MemTotal": total = value
      case "MemAvailable": available = value
      case "SwapTotal": swap = value
      default: continue
      }
    }
    return [
      Fact("mem_total_kib", total), Fact("mem_available_kib", available),
      Fact("swap_total_kib", swap),
    ]
  }

  /// `5` where the kernel uses the processor's fifth level of page tables: without it the flag is hidden.
  private static func pageTableLevels() -> String {
    // The first processor's entry: all are alike.
    let text = Files.bytes("/proc/cpuinfo", limit: 4096) ?? []
    let flags = text.split(separator: UInt8(ascii: "\n")).first {
      $0.starts(with: Array("flags".utf8))
    }
    let wanted = Array("la57".utf8)
    let words = flags?.split(separator: UInt8(ascii: " ")) ?? []
    return words.contains { $0.elementsEqual(wanted) } ? "5" : "4"
  }

  /// The areas in use, such as `/dev/zram0`.
  private static func swapAreas() -> String {
    let text = Files.bytes("/proc/swaps") ?? []
    var areas = ""
    for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
      let path = line.prefix { $0 > 0x20 }
      areas += (areas.isEmpty ? "" : " ") + String(decoding: path, as: UTF8.self)
    }
    return areas
  }

  /// The type of the file system on the scratch disk; empty when there is none.
  private static func scratch() -> String {
    let wanted = Array("/mnt/disk".utf8)
    for line in (Files.bytes("/proc/mounts") ?? []).split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 2, fields[1].elementsEqual(wanted) else {
        continue
      }
      return String(decoding: fields[2], as: UTF8.self)
    }
    return ""
  }

  private static func hugepages(_ kib: String) -> String {
    Files.text("/sys/kernel/mm/hugepages/hugepages-" + kib + "kB/nr_hugepages") ?? "0"
  }

  private static func userfaultfdFeatures() -> String {
    let features = ci_userfaultfd_features()
    return features < 0 ? "" : "0x" + String(features, radix: 16)
  }

  /// Such as `mounts=3 modules=41`, in milliseconds.
  private static func phases(_ setUp: SetUp) -> String {
    var text = ""
    for (name, microseconds) in setUp.phases {
      text += (text.isEmpty ? "" : " ") + name + "=" + String((microseconds + 500) / 1000)
    }
    return text
  }
}
