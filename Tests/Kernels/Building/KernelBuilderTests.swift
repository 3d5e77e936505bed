import Foundation
import Synchronization
import Testing

@testable import Kernels

@Suite("building kernels")
struct KernelBuilderTests {
  private let mini: MiniKernel

  init() throws { mini = try MiniKernel() }

  @Test("the image, its configuration, log and record are kept")
  func builds() async throws {
    let kernel = try await KernelBuilder(cache: mini.cache, jobs: 2).kernel(try mini.build())
    #expect(kernel.record.release == "6.12.0-mini")
    #expect(kernel.record.steps == 3)
    #expect(kernel.record.change == "none")
    #expect(kernel.record.bytes == FileFacts(path: kernel.image)?.size)
    #expect(kernel.record.textBytes > 0)
    let log = try String(contentsOfFile: kernel.log, encoding: .utf8)
    #expect(log.contains("  CC      mm/first.o\n"))
    #expect(FileManager.default.fileExists(atPath: kernel.directory + "/config"))
  }

  @Test("the same input is built once")
  func cached() async throws {
    let events = Mutex<[BuildEvent]>([])
    let builder = KernelBuilder(cache: mini.cache, jobs: 2) { event in
      events.withLock { $0.append(event) }
    }
    let first = try await builder.kernel(try mini.build())
    let second = try await builder.kernel(try mini.build(name: "again"))
    #expect(first == second)
    #expect(events.withLock { $0.last } == .cached(first))
  }

  @Test("a patch builds only what it touches, and the base comes back with the same bytes")
  func incremental() async throws {
    let builder = KernelBuilder(cache: mini.cache, jobs: 2)
    let base = try await builder.kernel(try mini.build())
    let patched = try await builder.kernel(
      try mini.build(["mm/first.c": "int first(void)\n{\n\treturn 7;\n}\n"]))
    #expect(patched.record.steps == 2)
    #expect(patched.record.sha256 != base.record.sha256)
    try FileManager.default.removeItem(atPath: base.directory)
    let again = try await builder.kernel(try mini.build())
    #expect(again.record.steps == 2)
    #expect(again.record.sha256 == base.record.sha256)
  }

  @Test("files that a patch adds, deletes and makes links of are so in the tree, and only there")
  func addedAndDeleted() async throws {
    let pristine = mini.source.root + "/mm/first.c"
    let before = try Data(contentsOf: URL(fileURLWithPath: pristine))
    let tree = WarmTree(folder: mini.folder.path + "/warm", pristine: mini.source)
    try FileManager.default.createDirectory(
      atPath: tree.folder, withIntermediateDirectories: true)
    try await tree.prepare()
    let change = SourceChange(files: [
      "mm/first.c": nil as SourceChange.File?,
      "include/new/a.h": SourceChange.File(
        kind: .regular(isExecutable: false), content: Data("x".utf8)),
      "mm/link.c": SourceChange.File(kind: .symbolicLink, content: Data("second.c".utf8)),
    ])
    #expect(try tree.apply(change) == ["include/new/a.h", "mm/first.c", "mm/link.c"])
    let files = FileManager.default
    #expect(!files.fileExists(atPath: tree.source + "/mm/first.c"))
    #expect(files.fileExists(atPath: tree.source + "/include/new/a.h"))
    #expect(
      try files.destinationOfSymbolicLink(atPath: tree.source + "/mm/link.c") == "second.c")
    #expect(try tree.apply(change).isEmpty)
    #expect(try tree.apply(.none) == ["include/new/a.h", "mm/first.c", "mm/link.c"])
    #expect(!files.fileExists(atPath: tree.source + "/include/new/a.h"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: tree.source + "/mm/first.c")) == before)
    #expect(try Data(contentsOf: URL(fileURLWithPath: pristine)) == before)
  }

  @Test("what does not compile is an error with its first message and what stands around it")
  func compileError() async throws {
    let builder = KernelBuilder(cache: mini.cache, jobs: 2)
    let broken = try mini.build(["mm/second.c": "int second(void)\n{\n\treturn here;\n}\n"])
    let error = await #expect(throws: BuildError.self) { try await builder.kernel(broken) }
    guard case .failed(let name, let excerpt, let log) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == "mini")
    #expect(excerpt.first == "mm/second.c: In function 'second':")
    #expect(excerpt.contains { $0.contains("mm/second.c:3:16: error: 'here' undeclared") })
    #expect(excerpt.last?.contains("***") == true)
    #expect(FileManager.default.fileExists(atPath: log))
    // The tree is good for the next build.
    _ = try await builder.kernel(try mini.build())
  }

  @Test("warnings are known for every object, whichever build made it")
  func warnings() async throws {
    let builder = KernelBuilder(cache: mini.cache, jobs: 2)
    let careless = "int first(void)\n{\n\tint unused;\n\treturn 1;\n}\n"
    let first = try await builder.kernel(try mini.build(["mm/first.c": careless]))
    #expect(
      first.record.warnings["mm/first.o"]?.first?
        .hasPrefix("mm/first.c:3:13: warning: unused variable 'unused'") == true)
    let second = try await builder.kernel(
      try mini.build(["mm/first.c": careless, "mm/second.c": "int second(void) { return 3; }\n"]))
    #expect(second.record.warnings == first.record.warnings)
    let base = try await builder.kernel(try mini.build())
    #expect(base.record.warnings.isEmpty)
  }

  @Test("two builds of the same kernel at once make it once")
  func atOnce() async throws {
    let built = Mutex(0)
    let builder = KernelBuilder(cache: mini.cache, jobs: 1) { event in
      if case .built = event { built.withLock { $0 += 1 } }
    }
    let build = try mini.build()
    async let first = builder.kernel(build)
    async let second = builder.kernel(build)
    let kernels = try await [first, second]
    #expect(kernels[0] == kernels[1])
    #expect(built.withLock { $0 } == 1)
  }

  @Test("what a killed build left half made is made again")
  func interrupted() async throws {
    let builder = KernelBuilder(cache: mini.cache, jobs: 2)
    let base = try await builder.kernel(try mini.build())
    let trees = mini.cache.directory + "/trees/mini-1"
    let output = try #require(
      try FileManager.default.contentsOfDirectory(atPath: trees)
        .first { $0.hasPrefix("out-") })
    let object = trees + "/" + output + "/mm/first.o"
    // As SIGKILL leaves it: the marker, and an object cut short that looks new.
    try Data().write(to: URL(fileURLWithPath: trees + "/" + output + "/.building"))
    try await Task.sleep(for: .milliseconds(20))
    try Data("cut".utf8).write(to: URL(fileURLWithPath: object))
    try FileManager.default.removeItem(atPath: base.directory)
    let again = try await builder.kernel(try mini.build())
    #expect(again.record.sha256 == base.record.sha256)
  }

  @Test("a build that is cancelled ends make, and the next one goes on")
  func cancelled() async throws {
    let slow = MiniKernel.makefile.replacing(
      "\t@gcc -Wall", with: "\t@test -e $(srctree)/../fast || sleep 60\n\t@gcc -Wall")
    let mini = try MiniKernel(makefile: slow)
    let began = AsyncStream<Void>.makeStream()
    let builder = KernelBuilder(cache: mini.cache, jobs: 2) { event in
      if case .making(_, let steps, _) = event, steps > 0 { began.continuation.yield() }
    }
    let build = try mini.build()
    let task = Task { try await builder.kernel(build) }
    for await _ in began.stream { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let log = mini.cache.directory + "/trees/mini-1/make.log"
    // Nobody holds the log any more: make and its children are gone.
    _ = try await FileLock.acquire(log, within: .seconds(1)) {}
    try Data().write(to: URL(fileURLWithPath: mini.cache.directory + "/trees/mini-1/fast"))
    #expect(try await builder.kernel(build).record.release == "6.12.0-mini")
  }

  @Test("a configuration that cannot be had is an error that names the symbol")
  func impossible() async throws {
    let build = KernelBuild(
      name: "mini", source: mini.source,
      fragments: [try MiniKernel.fragment("CONFIG_NEVER=y\n")])
    let error = await #expect(throws: ConfigError.self) {
      try await KernelBuilder(cache: mini.cache, jobs: 1).kernel(build)
    }
    #expect(error?.description.contains("CONFIG_NEVER=y (base.config:1) is n") == true)
  }

  @Test("the caller's environment does not reach make")
  func environment() async throws {
    setenv("KCFLAGS", "-DSTRAY", 1)
    defer { unsetenv("KCFLAGS") }
    let spy = MiniKernel.makefile.replacing(
      "\t@echo '  LD      vmlinux'", with: "\t@echo \"  LD      vmlinux$$KCFLAGS\"")
    let mini = try MiniKernel(makefile: spy)
    let kernel = try await KernelBuilder(cache: mini.cache, jobs: 1).kernel(try mini.build())
    let log = try String(contentsOfFile: kernel.log, encoding: .utf8)
    #expect(!log.contains("STRAY"))
  }
}
