import Foundation
import Subprocess
import Testing

/// `kernels build` as a user calls it, on the real source and on a tree that make builds at once.
@Suite("building kernels by command", .serialized)
struct BuildTests {
  /// A tree that make "builds" into the image of another kernel, or into a file that fills the disk.
  private func miniTree(_ command: Command, vmlinux: String) throws {
    try command.write("config TINY\n", to: "linux/Kconfig")
    try command.write("", to: "linux/mm/Makefile")
    try command.write(
      """
      VERSION = 6
      PATCHLEVEL = 12
      tinyconfig:
      \t@mkdir -p $(O)/include/config && echo 'CONFIG_TINY=y' > $(O)/.config
      olddefconfig:
      \t@true
      vmlinux:
      \t@echo '  LD      vmlinux'
      \t@\(vmlinux)
      \t@echo 6.12.0-mini > $(O)/include/config/kernel.release

      """, to: "linux/Makefile")
  }

  @Test("a warm build prints the image's path alone, and `run` takes it")
  func warm() async throws {
    let command = try Command()
    defer { command.remove() }
    let build = try await command.faultline(["kernels", "build", Command.source])
    #expect(build.status == .exited(0), "\(build.err)")
    let image = build.out.split(separator: "\n").map(String.init)
    try #require(image.count == 1)
    let show = try await command.faultline(["kernels", "show", image[0]])
    #expect(show.out.contains("built from Debian linux-source-6.12 6.12."))
    #expect(show.out.hasPrefix("\(Command.source)\n"))
  }

  @Test("a configuration that cannot be had ends with 64, the symbol and what keeps it out")
  func impossible() async throws {
    let command = try Command()
    defer { command.remove() }
    try command.write("CONFIG_KASAN_HW_TAGS=y\nCONFIG_NO_SUCH_THING=y\n", to: "bad.config")
    let build = try await command.faultline([
      "kernels", "build", Command.source, "--config", "./bad.config",
    ])
    #expect(build.status == .exited(64))
    #expect(
      build.err.contains("the configuration base + bad cannot be had on linux 6.12:"),
      "\(build.err)")
    #expect(build.err.contains("CONFIG_NO_SUCH_THING=y (bad.config:2) is n: no such symbol"))
    #expect(build.err.contains("CONFIG_KASAN_HW_TAGS=y (bad.config:1) is n: "))
  }

  @Test("a patch that does not compile ends with 1 and the compiler's first error")
  func doesNotCompile() async throws {
    let command = try Command()
    defer { command.remove() }
    try command.write(Sample.above("int broken = ;"), to: "broken.patch")
    let build = try await command.faultline([
      "kernels", "build", Command.source, "--patch", "broken.patch",
    ])
    #expect(build.status == .exited(1))
    #expect(build.err.contains("mm/mmzone.c:1:14: error: expected expression before ';' token"))
    #expect(build.out.isEmpty)
  }

  @Test("what does not exist ends with 64")
  func unknown() async throws {
    let command = try Command()
    defer { command.remove() }
    for (arguments, text) in [
      (["debian-source-6.21"], "near:  debian-source-6."),
      ([Command.source, "--config", "debgu"], "did you mean debug?"),
      ([Command.source, "--patch", "none.patch"], "none.patch"),
    ] {
      let build = try await command.faultline(["kernels", "build"] + arguments)
      #expect(build.status == .exited(64), "\(build.err)")
      #expect(build.err.contains(text), "\(build.err)")
    }
  }

  @Test(
    "a full disk ends with 69 and says which disk",
    .enabled(if: geteuid() == 0, "mounting a small file system needs root"))
  func diskFull() async throws {
    let command = try Command()
    defer { command.remove() }
    try miniTree(command, vmlinux: "head -c 40M /dev/zero > $(O)/vmlinux")
    let cache = command.directory.appendingPathComponent("cache").path
    try command.write("", to: "cache/.keep")
    let mount = try await command.run("mount", ["-t", "tmpfs", "-o", "size=8m", "none", cache])
    try #require(mount.status == .exited(0), "\(mount.err)")
    let build = try await command.faultline(
      ["kernels", "build", "./linux", "--config", "./none.config"],
      environment: ["XDG_CACHE_HOME": cache, "FAULTLINE_HOME": try bareHome(command)])
    try await command.run("umount", [cache])
    #expect(build.status == .exited(69), "\(build.err)")
    #expect(build.err.contains("no space left on the disk of \(cache)"), "\(build.err)")
  }

  @Test("git bisect run finds the commit: good, bad, skipped, and host trouble stops it")
  func bisect() async throws {
    let command = try Command()
    defer { command.remove() }
    let good = try await image(command, patch: nil)
    let bad = try await image(command, patch: Sample.mutant("101-unwp-swapped-keeps-bit"))
    try miniTree(command, vmlinux: "cp $(CURDIR)/image $(O)/vmlinux")
    try await command.run("git", ["init", "-q", "linux"])
    // Good, good, does not build, bad, bad: the third or fourth is the first bad one.
    for (number, what) in ["good", "good", "broken", "bad", "bad"].enumerated() {
      let link = command.directory.appendingPathComponent("linux/image")
      if FileManager.default.fileExists(atPath: link.path) {
        try FileManager.default.removeItem(at: link)
      }
      if what != "broken" {
        try FileManager.default.copyItem(
          atPath: what == "good" ? good : bad, toPath: link.path)
      }
      try command.write("\(number)\n", to: "linux/number")
      let git = ["-C", "linux", "-c", "user.name=T", "-c", "user.email=t@example.org"]
      try await command.run("git", git + ["add", "-A"])
      try await command.run("git", git + ["commit", "-q", "-m", "commit \(number)"])
    }
    try await command.run("git", ["-C", "linux", "bisect", "start", "HEAD", "HEAD~4"])
    let bisection = try await command.run(
      "git",
      [
        "-C", "linux", "bisect", "run", Command.root.path + "/bin/faultline", "bisect-run",
        "--tree", ".", "--accel", "tcg", "--suite", "uffdwp-anon",
      ], environment: ["FAULTLINE_HOME": try bareHome(command)])
    let said = bisection.out + bisection.err
    #expect(said.contains("only 'skip'ped commits left to test"), "\(said)")
    #expect(said.contains("good: ") && said.contains("bad: ") && said.contains("cannot tell: "))
    let trouble = try await command.faultline([
      "bisect-run", "--tree", "linux", "--machine", "none",
    ])
    #expect(trouble.status == .exited(128))
  }

  /// An image of the real source, built or from the cache.
  private func image(_ command: Command, patch: String?) async throws -> String {
    var arguments = ["kernels", "build", Command.source]
    if let patch {
      try command.write(patch, to: "bug.patch")
      arguments += ["--patch", "bug.patch"]
    }
    let build = try await command.faultline(arguments)
    #expect(build.status == .exited(0), "\(build.err)")
    return build.out.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A home whose base configuration asks for nothing that the small tree lacks.
  private func bareHome(_ command: Command) throws -> String {
    let home = command.directory.appendingPathComponent("home")
    try command.write("CONFIG_TINY=y\n", to: "home/kernels/configs/base.config")
    try command.write("CONFIG_TINY=y\n", to: "none.config")
    for (link, target) in [
      ("kernels/kernels.yaml", "kernels/kernels.yaml"),
      ("kernels/machines.yaml", "kernels/machines.yaml"),
      ("kernels/known-issues.yaml", "kernels/known-issues.yaml"), ("bin", "bin"),
    ] where !FileManager.default.fileExists(atPath: home.path + "/" + link) {
      try FileManager.default.createSymbolicLink(
        at: home.appendingPathComponent(link),
        withDestinationURL: Command.root.appendingPathComponent(target))
    }
    return home.path
  }
}
