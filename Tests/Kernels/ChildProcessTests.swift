import SystemPackage
import Testing

@testable import Kernels

@Suite struct ChildProcessTests {
  private func failure(_ child: ChildProcess) async -> ChildFailure? {
    do {
      _ = try await child.output()
      return nil
    } catch {
      return error as? ChildFailure
    }
  }

  @Test("output, environment and folder of a child are its own")
  func output() async throws {
    let child = ChildProcess(
      "sh", ["-c", "echo $WORD; pwd"], environment: ["WORD": "hello"], directory: "/",
      deadline: .seconds(20))
    #expect(try await child.output() == "hello\n/\n")
  }

  @Test("a child that fails is an error with its status and last words")
  func fails() async {
    let failure = await failure(
      ChildProcess("sh", ["-c", "echo first; echo bad >&2; exit 3"], deadline: .seconds(20)))
    #expect(
      failure?.description
        == "sh -c echo first; echo bad >&2; exit 3 ended with status 3: bad")
  }

  @Test("a program that is not there is an error with the package that has it")
  func notFound() async {
    let failure = await failure(
      ChildProcess("faultline-no-such-program", [], deadline: .seconds(20)))
    #expect(
      failure?.description == "faultline-no-such-program is not installed; "
        + "try: apt-get install faultline-no-such-program")
  }

  @Test("a child that is late is ended together with its children, also when it ignores SIGTERM")
  func late() async {
    let script = "trap '' TERM; sleep 300 & wait; sleep 300"
    let failure = await failure(
      ChildProcess("sh", ["-c", script], deadline: .milliseconds(200)))
    #expect(failure?.reason == .late(.milliseconds(200)))
  }

  @Test("a cancelled task ends its child")
  func cancelled() async {
    let task = Task {
      try await ChildProcess("sleep", ["300"], deadline: .seconds(600)).output()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

@Suite struct FileLockTests {
  @Test("a lock that is held is waited for, in vain until the limit, and free when let go")
  func held() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    let first = try await FileLock.acquire(path, within: .seconds(5)) {}
    var waited = 0
    await #expect(throws: Errno.timedOut) {
      _ = try await FileLock.acquire(path, within: .milliseconds(250)) { waited += 1 }
    }
    #expect(waited == 1)
    _ = consume first
    _ = try await FileLock.acquire(path, within: .seconds(5)) { waited += 1 }
    #expect(waited == 1)
  }
}
