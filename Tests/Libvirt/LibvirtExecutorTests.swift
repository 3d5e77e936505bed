import Glibc
import Libvirt
import Synchronization
import Testing

/// An actor whose calls all run on one thread.
private actor Caller {
  nonisolated let executor = LibvirtExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var count = 0

  init() {
    executor.start(name: "test")
  }

  func thread() -> UInt { UInt(pthread_self()) }

  func block(_ milliseconds: UInt32) -> Int {
    usleep(milliseconds * 1_000)
    count += 1
    return count
  }
}

@Suite("executor")
struct LibvirtExecutorTests {
  @Test("every call of an actor runs on the executor's one thread")
  func oneThread() async {
    let caller = Caller()
    var threads: Set<UInt> = []
    for _ in 0..<20 {
      threads.insert(await caller.thread())
      await Task.yield()
    }
    #expect(threads.count == 1)
    let other = await Caller().thread()
    #expect(!threads.contains(other))
  }

  @Test("calls that block wait for each other and hold up nobody else")
  func blocking() async {
    let caller = Caller()
    let counts = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { await caller.block(1) } }
      var counts: [Int] = []
      for await count in group { counts.append(count) }
      return counts
    }
    #expect(counts.sorted() == Array(1...8))
  }

  @Test("an executor ends with its actor")
  func ending() async {
    weak var gone: LibvirtExecutor?
    do {
      let caller = Caller()
      gone = caller.executor
      #expect(await caller.block(0) == 1)
    }
    for _ in 0..<200 where gone != nil { usleep(5_000) }
    #expect(gone == nil)
  }
}
