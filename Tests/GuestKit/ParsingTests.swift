import GuestProtocol
import Testing

@testable import GuestKit

@Suite struct ParsingTests {
  @Test(
    "globs match whole names",
    arguments: [
      ("*", "anything", true), ("uffdwp-*", "uffdwp-anon.basic", true), ("a*c", "abbbc", true),
      ("a*c", "abbbcd", false), ("a?c", "abc", true), ("a?c", "ac", false), ("", "", true),
      ("*/anon", "unreg.clears-bits/anon", true), ("*a*b*", "xxaxxbxx", true), ("ab", "abc", false),
      ("**", "", true), ("*ab", "aab", true),
    ])
  func globs(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(Glob(pattern).matches(name) == matches)
  }

  @Test("arguments are read, and wrong ones named")
  func arguments() throws {
    let read = try Arguments(["--list", "--filter", "a*", "--filter=b?"])
    #expect(read.list)
    #expect(!read.steps)
    #expect(try Arguments(["--steps"]).steps)
    #expect(try Arguments(["--seed", "7"]).seed == 7)
    #expect(try Arguments(["--seed=18446744073709551615"]).seed == UInt64.max)
    let bad = #expect(throws: Arguments.Problem.self) { try Arguments(["--seed", "-1"]) }
    #expect(bad?.description == "--seed takes a number from 0 to 2^64 - 1, not -1")
    #expect(read.filters == ["a*", "b?"])
    #expect(read.selects("abc"))
    #expect(!read.selects("cba"))
    #expect(try Arguments([]).selects("anything"))
    let unknown = #expect(throws: Arguments.Problem.self) { try Arguments(["--bogus"]) }
    #expect(unknown?.description == "unknown argument --bogus")
    let missing = #expect(throws: Arguments.Problem.self) { try Arguments(["--filter"]) }
    #expect(missing?.description == "--filter needs a value")
  }

  @Test(
    "one filter holds several globs, separated by commas",
    arguments: [
      ("a.*,b.c/tmpfs", ["a.x", "b.c/tmpfs"], ["b.c/anon", "b.c/tmpfs2"]),
      ("a.x", ["a.x"], ["a.xy"]), ("a.x,", ["a.x"], ["b"]), ("", [], ["a.x"]), (",", [], ["a.x"]),
    ])
  func severalGlobs(_ value: String, _ selected: [String], _ others: [String]) throws {
    for words in [["--filter", value], ["--filter=" + value]] {
      let read = try Arguments(words)
      for name in selected { #expect(read.selects(name)) }
      for name in others { #expect(!read.selects(name)) }
    }
    let twice = try Arguments(["--filter", "a,b", "--filter=c"])
    #expect(twice.filters == ["a", "b", "c"])
  }

  @Test(
    "case names are what the protocol allows",
    arguments: [
      ("uffdwp-anon.basic", true), ("swap-shmem.out-in-keeps/tmpfs", true), ("", false),
      ("Upper", false), ("with blank", false), ("a#b", false),
      (String(repeating: "x", count: 100), true), (String(repeating: "x", count: 101), false),
    ])
  func names(_ name: String, _ isValid: Bool) {
    #expect(Case.isValid(name) == isValid)
  }

  @Test("a family of cases is one for each backing, with the backing's needs")
  func families() {
    let family = Case.each(
      "zap.keeps", "summary", on: [.shmem, .hugetlb], needs: [.root],
      needsOn: { [.writeProtect(on: $0)] }
    ) { (_, _) throws(CaseEnd) in }
    #expect(family.map { $0.name } == ["zap.keeps/shmem", "zap.keeps/hugetlb"])
    #expect(family[1].needs.map { $0.name } == ["root", "wp-file", "hugepages:8"])
    #expect(Suite.listing(family[0]) == "zap.keeps/shmem\troot,wp-file@5.19\t10000\tsummary\n")
  }

  @Test("the longest mount point tells a directory's file system")
  func fileSystems() {
    let mounts = """
      rootfs / rootfs rw 0 0
      tmpfs /dev/shm tmpfs rw 0 0
      /dev/vda /mnt ext4 rw 0 0
      none /mnt/ramfs ramfs rw 0 0

      """
    #expect(Backing.fileSystem(of: "/dev/shm", in: mounts) == "tmpfs")
    #expect(Backing.fileSystem(of: "/mnt/ramfs/x", in: mounts) == "ramfs")
    #expect(Backing.fileSystem(of: "/mnt/ramfs2", in: mounts) == "ext4")
    #expect(Backing.fileSystem(of: "/etc", in: mounts) == "rootfs")
  }
}
