import Testing

@testable import Machine

extension ProcessTests {
  @Suite("QEMU process")
  struct QEMUProcessTests {
    /// Starts a shell script and watches it through a pid file.
    private func watch(_ script: String, _ body: (QEMUProcess) async throws -> Void) async throws
      -> QEMUProcess.Exit?
    {
      let directory = try RunDirectory()
      defer { directory.remove() }
      let (exits, continuation) = AsyncStream.makeStream(of: QEMUProcess.Exit.self)
      let process = QEMUProcess(pidFile: directory.path + "/pid") { continuation.yield($0) }
      let shell = try #require(TestProcess("/bin/sh", ["sh", "-c", script]))
      _ = try directory.write(Array("\(shell.pid)\n".utf8), to: "pid")
      #expect(eventually { process.pid == Int(shell.pid) || process.exit != nil })
      try await body(process)
      for await exit in exits {
        #expect(process.exit == exit)
        #expect(process.pid == nil)
        return exit
      }
      return nil
    }

    @Test("that exits tells its status")
    func status() async throws {
      #expect(try await watch("exit 3") { _ in } == .exited(status: 3))
    }

    @Test("that is killed tells the signal, and a second kill does nothing")
    func killed() async throws {
      let exit = try await watch("exec sleep 1000") { process in
        process.kill()
        process.kill()
      }
      #expect(exit == .signalled(9))
    }

    @Test("that never starts is given up")
    func abandoned() throws {
      weak var gone: QEMUProcess?
      do {
        let process = QEMUProcess(pidFile: "/nonexistent/pid") { _ in }
        gone = process
        process.kill()
        process.abandon()
      }
      #expect(eventually { gone == nil })
    }
  }
}
