import Foundation
import Glibc
import Synchronization
import Testing

@testable import Machine

extension ProcessTests {
  @Suite("run directory")
  struct RunDirectoryTests {
    @Test("is private to those who know a name in it, short, and gone after removal")
    func life() throws {
      let directory = try RunDirectory()
      var status = stat()
      #expect(stat(directory.path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o711)
      #expect(directory.path.utf8.count < 50)
      let file = try directory.write([1, 2, 3], to: "file", permissions: 0o600)
      #expect(FileManager.default.contents(atPath: file) == Data([1, 2, 3]))
      directory.remove()
      #expect(access(directory.path, F_OK) != 0)
      directory.remove()
    }

    @Test("its removal ends every QEMU in it, and no other program, and no other directory's QEMU")
    func processes() throws {
      let directory = try RunDirectory()
      let other = try RunDirectory()
      defer { other.remove() }
      let file = directory.path + "/lock"
      let qemu = try #require(TestProcess.sleeper(named: "qemu-system-x86_64", with: file))
      let editor = try #require(TestProcess.sleeper(named: "vi", with: file))
      let foreign = try #require(
        TestProcess.sleeper(named: "qemu-system-x86_64", with: other.path + "/lock"))
      defer { for process in [qemu, editor, foreign] { process.end() } }
      #expect(eventually { qemu.isRunning && editor.isRunning && foreign.isRunning })
      directory.remove()
      #expect(eventually { !qemu.isRunning })
      #expect(editor.isRunning)
      #expect(foreign.isRunning)
    }

    @Test("a sweep removes what nobody holds any more, and nothing that is in use")
    func sweep() throws {
      let alive = try RunDirectory()
      defer { alive.remove() }
      let parent = (alive.path as NSString).deletingLastPathComponent
      let left = parent + "/faultline-\(geteuid())-1-left"
      let young = parent + "/faultline-\(geteuid())-1-young"
      for path in [left, young] { mkdir(path, 0o711) }
      defer { rmdir(young) }
      close(open(left + "/lock", O_RDWR | O_CREAT, 0o600))
      RunDirectory.sweep()
      #expect(eventually { access(left, F_OK) != 0 })
      #expect(access(alive.path + "/lock", F_OK) == 0)
      #expect(access(young, F_OK) == 0, "a directory without a lock may be a second old")
    }
  }
}
