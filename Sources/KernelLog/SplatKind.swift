/// What kind of complaint a kernel printed.
package enum SplatKind: String, CaseIterable, Codable, Sendable {
  /// `kernel BUG at FILE:LINE!`, `VM_BUG_ON` included.
  case bug
  /// `BUG: kernel NULL pointer dereference`, `BUG: unable to handle page fault`.
  case pageFault = "page-fault"
  /// `general protection fault`, `Oops: general protection fault` since 6.10.
  case generalProtection = "general-protection"
  /// Any other CPU exception in the kernel: `invalid opcode`, `divide error`, `int3`, `stack
  /// segment`.
  case oops
  case doubleFault = "double-fault"
  /// `WARNING: CPU: … at FILE:LINE FUNCTION`, `VM_WARN_ON` included.
  case warning
  case kasan = "kasan"
  case kcsan = "kcsan"
  case kfence = "kfence"
  case kmsan = "kmsan"
  case ubsan = "ubsan"
  /// Lock ordering and lock usage: everything that lockdep prints.
  case lockdep
  /// `BUG: sleeping function called from invalid context`.
  case atomicSleep = "atomic-sleep"
  /// `BUG: scheduling while atomic`.
  case schedulingWhileAtomic = "scheduling-while-atomic"
  /// `suspicious RCU usage`.
  case rcuUsage = "rcu-usage"
  case rcuStall = "rcu-stall"
  case hungTask = "hung-task"
  case softLockup = "soft-lockup"
  case hardLockup = "hard-lockup"
  case workqueueLockup = "workqueue-lockup"
  /// The OOM killer chose a victim.
  case outOfMemory = "oom"
  /// `BUG: Bad page state`.
  case badPage = "bad-page"
  /// `BUG: Bad page map`, `bad pmd`.
  case badPageMap = "bad-page-map"
  /// `Bad swap file entry`, `Unused swap offset entry`: an entry that names no swapped page.
  case badSwapEntry = "bad-swap-entry"
  /// `BUG: Bad rss-counter state`.
  case badRssCounter = "bad-rss-counter"
  case listCorruption = "list-corruption"
  case refcount = "refcount"
  /// Slab checks: `BUG kmalloc-64 (Not tainted): Redzone overwritten`.
  case slab
  /// `BUG: …` in a form that has no kind of its own.
  case otherBug = "other-bug"
  /// The panic by which a kernel answers an NMI that nobody claims: how the host asks a hung guest
  /// where it is. It says nothing against the kernel, and so is not fatal.
  case nmi
  /// A panic without any earlier splat of its own.
  case panic

  /// Whether the kernel cannot be trusted after such a splat, even if it went on.
  package var isFatal: Bool {
    switch self {
    case .bug, .pageFault, .generalProtection, .oops, .doubleFault, .panic: true
    default: false
    }
  }
}
