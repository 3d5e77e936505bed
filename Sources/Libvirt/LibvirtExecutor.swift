internal import Glibc
internal import Synchronization

/// A thread for libvirt's calls, which block and report their errors per thread.
///
/// An actor that returns it as its executor makes its calls there, one after the other.
package final class LibvirtExecutor: SerialExecutor {
  /// What the thread and its owner share; the thread keeps it alive, not the executor.
  private final class Queue: Sendable {
    struct State {
      var jobs: [UnownedJob] = []
      var isFinished = false
    }

    let state = Mutex(State())
    // A POSIX semaphore is made for use by several threads, and its address never changes.
    nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    init() {
      semaphore = .allocate(capacity: 1)
      sem_init(semaphore, 0, 0)
    }

    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }

    /// The next job, or nil when none will come any more.
    func next() -> UnownedJob? {
      while true {
        while sem_wait(semaphore) != 0 {}
        let (job, isFinished) = state.withLock { state in
          (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isFinished)
        }
        if let job { return job }
        if isFinished { return nil }
      }
    }
  }

  private let queue = Queue()

  package init() {}

  /// Starts the thread; to be called once, before the first job.
  ///
  /// - Parameter name: what debuggers show.
  package func start(name: String) {
    let queue = queue
    let executor = asUnownedSerialExecutor()
    NativeThread.start(name) {
      while let job = queue.next() { job.runSynchronously(on: executor) }
    }
  }

  deinit {
    queue.state.withLock { $0.isFinished = true }
    sem_post(queue.semaphore)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.state.withLock { $0.jobs.append(job) }
    sem_post(queue.semaphore)
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}
