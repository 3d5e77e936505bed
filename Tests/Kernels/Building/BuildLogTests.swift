import Testing

@testable import Kernels

@Suite("make's output")
struct BuildLogTests {
  private func read(_ text: String) -> BuildLog {
    var log = BuildLog(source: "/cache/trees/x/src")
    // In pieces, as a growing file is read.
    for start in stride(from: 0, to: text.count, by: 7) {
      log.read(String(text.dropFirst(start).prefix(7)))
    }
    log.finish()
    return log
  }

  @Test("steps are counted, modules and generated files too")
  func steps() {
    let log = read(
      """
        SYNC    include/config/auto.conf
        CC      mm/mprotect.o
        LD [M]  drivers/block/zram/zram.o
        GEN     .vmlinux.objs
      make[2]: 'x' is up to date.

      """)
    #expect(log.steps == 4)
    #expect(log.file == ".vmlinux.objs")
    #expect(log.excerpt.last == "make[2]: 'x' is up to date.")
  }

  @Test("a warning belongs to the object before it, with the path below the source")
  func warnings() {
    let log = read(
      """
        CC      mm/mprotect.o
      /cache/trees/x/src/mm/mprotect.c: In function 'change_pte_range':
      /cache/trees/x/src/mm/mprotect.c:91:13: warning: unused variable 'x' [-Wunused-variable]
         91 |         int x;
            |             ^
        CC      mm/memory.o

      """)
    #expect(
      log.warnings == [
        "mm/mprotect.o": [
          "mm/mprotect.c:91:13: warning: unused variable 'x' [-Wunused-variable]"
        ], "mm/memory.o": [],
      ])
  }

  @Test("the first error counts, and how it travelled up does not")
  func firstError() {
    let log = read(
      """
        CC      mm/memory.o
        CC      mm/mprotect.o
      /cache/trees/x/src/mm/mprotect.c: In function 'change_pte_range':
      /cache/trees/x/src/mm/mprotect.c:91:13: error: 'y' undeclared (first use in this function)
         91 |         y = 1;
            |         ^
      make[4]: *** [/cache/trees/x/src/scripts/Makefile.build:229: mm/mprotect.o] Error 1
        CC      kernel/fork.o
      make[3]: *** [/cache/trees/x/src/scripts/Makefile.build:478: mm] Error 2
      make[2]: *** Waiting for unfinished jobs....

      """)
    #expect(
      log.excerpt == [
        "mm/mprotect.c: In function 'change_pte_range':",
        "mm/mprotect.c:91:13: error: 'y' undeclared (first use in this function)",
        "   91 |         y = 1;", "      |         ^",
        "make[4]: *** [scripts/Makefile.build:229: mm/mprotect.o] Error 1",
      ])
  }

  @Test(
    "what the linker, objtool, Kconfig and make itself complain of is found",
    arguments: [
      "ld: mm/shmem.o: in function `shmem_fault':\nshmem.c:(.text+0x1): undefined reference to `nix'",
      "mm/Kconfig:12: syntax error\nmm/Kconfig:11: unknown statement \"boool\"\nmake[3]: *** [scripts/kconfig/Makefile:85: olddefconfig] Error 1",
      "make[3]: *** No rule to make target 'mm/gone.o', needed by 'mm/built-in.a'.  Stop.",
    ])
  func otherErrors(_ text: String) {
    let lines = text.split(separator: "\n").map(String.init)
    #expect(read("  CC      a.o\n" + text + "\n").excerpt.suffix(lines.count).first == lines.first)
  }

  @Test("a full disk is known")
  func diskFull() {
    let log = read(
      "/tmp/ccX.s: Assembler messages:\n/tmp/ccX.s: Fatal error: can't write 4096 bytes to "
        + "section .text of mm/a.o: 'No space left on device'\n")
    #expect(log.isDiskFull)
  }
}
