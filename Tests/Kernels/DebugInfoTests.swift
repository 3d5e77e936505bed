import Foundation
import Testing

@testable import Kernels

/// Line numbers of a small program that is compiled here; with gcc, which kernels are built with.
@Suite struct DebugInfoTests {
  private static let source = """
    static int total;
    static inline __attribute__((always_inline)) void add(int more)
    {
      __atomic_fetch_add(&total, more, 5);
    }
    __attribute__((noinline)) int inner(int number)
    {
      add(number);
      return total;
    }
    int main(int count, char **words)
    {
      return inner(count);
    }

    """

  private func compiled(_ flags: [String]) async throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("debug-info-\(UUID().uuidString)/linux-1.0/mm")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("little.c")
    try Self.source.write(to: file, atomically: true, encoding: .utf8)
    let image = folder.appendingPathComponent("vmlinux")
    _ = try await ChildProcess(
      "gcc", flags + ["-O1", "-no-pie", "-o", image.path, file.path], deadline: .seconds(60)
    ).output()
    return image
  }

  private func place(_ symbol: String, _ offset: UInt64, isReturn: Bool = false) -> DebugInfo.Place
  {
    DebugInfo.Place(symbol: symbol, offset: offset, size: 0, isReturn: isReturn)
  }

  @Test("functions are found by name, and their lines by what the compiler wrote")
  func lines() async throws {
    let info = try #require(DebugInfo(ofImage: try await compiled(["-g"]).path))
    let lines = try await info.lines(of: [
      place("inner", 0), place("main", 0), place("nobody", 4), place("main", 1, isReturn: true),
    ])
    let main = try #require(lines[place("main", 0)])
    #expect(["mm/little.c:11", "mm/little.c:12", "mm/little.c:13"].contains(main))
    // One byte back is where the call is.
    #expect(lines[place("main", 1, isReturn: true)] == main)
    #expect(lines[place("nobody", 4)] == nil)
    let inner = try #require(lines[place("inner", 0)])
    #expect(inner == "mm/little.c:7" || inner == "add (mm/little.c:4) in mm/little.c:8")
  }

  @Test("without debug information there is nothing to say")
  func withoutDebugInfo() async throws {
    #expect(DebugInfo(ofImage: try await compiled([]).path) == nil)
    #expect(DebugInfo(ofImage: "/nowhere/vmlinux") == nil)
  }

  @Test("vmlinux.debug beside the image serves an image without symbols")
  func besideTheImage() async throws {
    let image = try await compiled(["-g"])
    let folder = image.deletingLastPathComponent().path
    for (program, words) in [
      ("objcopy", ["--only-keep-debug", image.path, folder + "/vmlinux.debug"]),
      ("strip", [image.path]),
    ] {
      _ = try await ChildProcess(program, words, deadline: .seconds(60)).output()
    }
    let info = try #require(DebugInfo(ofImage: image.path))
    #expect(try await info.lines(of: [place("main", 0)]).count == 1)
  }

  @Test("inlined code is told with the place it was inlined at, and unknown places are left out")
  func reading() {
    let output = """
      0xffffffff81000010
      pte_unmap
      /root/linux-6.12/./include/linux/pgtable.h:12
      zap_pte_range
      /root/linux-6.12/mm/memory.c:1601 (discriminator 3)
      0xffffffff81000020
      ??
      ??:0
      0xffffffff81000030
      do_exit
      /home/me/kernel/exit.c:99
      """
    #expect(
      DebugInfo.read(output) == [
        0xffff_ffff_8100_0010: "pte_unmap (include/linux/pgtable.h:12) in mm/memory.c:1601",
        0xffff_ffff_8100_0030: "kernel/exit.c:99",
      ])
  }

  @Test("a place whose size fits none of the functions of its name is left out")
  func size() async throws {
    let info = try #require(DebugInfo(ofImage: try await compiled(["-g"]).path))
    let wrong = DebugInfo.Place(symbol: "main", offset: 0, size: 4000, isReturn: false)
    #expect(try await info.lines(of: [wrong]).isEmpty)
  }
}
