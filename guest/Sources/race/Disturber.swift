import GuestKit
import GuestProtocol
import LinuxMM

/// Something that goes on beside the writers and the tracker, on random parts of the pages.
enum Disturber: String, CaseIterable {
  /// `MADV_PAGEOUT`.
  case pageout
  /// move_pages(2) to the other node and back.
  case migrate
  /// fork(2) of a child that stores to its copies, or looks at what is shared.
  case fork
  /// debugfs `split_huge_pages`, and `MADV_COLLAPSE` when all is split.
  case split
  /// `MADV_DONTNEED` of memory whose content stays in the page cache.
  case zap
  /// mprotect(2) that adds the right to execute, and takes it away: mappings are split and merged.
  case mprotect
  /// clear_refs: the other tracker's protection.
  case clear
  /// Compaction of all memory.
  case compact

  var needs: [Requirement] {
    switch self {
    case .pageout: [.swap]
    case .migrate: [.numaNodes(2)]
    case .split: [.splitHugePages]
    case .clear: [.softDirty]
    case .fork, .zap, .compact, .mprotect: []
    }
  }
}

extension Requirement {
  /// One `UFFDIO_WRITEPROTECT` may cover several mappings (6.4): no feature bit says so.
  static let severalMappings = Requirement("wp-several-mappings", since: "6.4") {
    do throws(Errno) {
      let length = 2 * Memory.pageSize
      let memory = try Mapping(anonymous: length, .private)
      let second = AddressRange(
        start: memory.range.start + Memory.pageSize, length: Memory.pageSize)
      let uffd = try Userfaultfd()
      try uffd.register(memory.range, for: .writeProtect)
      try second.protect(.read)
      try uffd.writeProtect(memory.range)
      return nil
    } catch {
      return Lacking(.feature, "UFFDIO_WRITEPROTECT over two mappings: \(error) (Linux 6.4)")
    }
  }
}

extension Requirement {
  /// A huge page comes out of a migration soft-dirty, clean or not (5.19), since its dirty bit comes back with both set.
  ///
  /// Where it does not, clear_refs beside a migration loses stores: it leaves the page's migration entry writable.
  static let migrationDirties = Requirement("migration-dirties", since: "5.19") {
    do throws(Errno) {
      let size = Memory.hugePageSize
      let memory = try Mapping(anonymous: size, .private, aligned: size)
      try memory.range.advise(.hugePage)
      Memory.store(memory.range.start, 1)
      try SoftDirty.clear()
      for node in 0..<2 { _ = try Numa.move(pageAt: memory.range.start, to: node) }
      let entry = try Pagemap().entries(memory.range)[0]
      return entry.bits.contains(.softDirty)
        ? nil
        : Lacking(.feature, "clear_refs loses stores to huge pages that migrate (Linux 5.19)")
    } catch { return Lacking(.resource, "moving a huge page to another node: \(error)") }
  }
}

/// A disturber at work in a thread of its own.
final class Disturbance: Sendable {
  let kind: Disturber
  private let field: Field
  private let showsProtection: Bool
  private let monitor = Monitor()
  // Only touched inside the monitor.
  nonisolated(unsafe) private var done = 0
  nonisolated(unsafe) private var problem: String?
  nonisolated(unsafe) private var hasEnded = false

  init(_ trial: Trial, _ kind: Disturber, _ field: Field) throws(CaseEnd) {
    self.kind = kind
    self.field = field
    showsProtection = trial.showsWriteProtect
    let seed = trial.seed &+ 0x1000 &+ UInt64(kind.hashOfName)
    do throws(Errno) { _ = try Thread { [self] in run(SeededNumbers(seed)) } } catch {
      throw .error("starting the thread for \(kind.rawValue) failed with \(error)")
    }
  }

  /// How often it did what it is for.
  var count: Int { monitor.locked { done } }
  /// What went wrong first, if anything did.
  var trouble: String? { monitor.locked { problem } }

  /// Waits for the thread's end; false when it does not come.
  func isDone(within limit: Duration) -> Bool {
    monitor.wait(milliseconds: limit.scaledMilliseconds) { hasEnded }
  }

  private func run(_ seeded: SeededNumbers) {
    var numbers = seeded
    while !field.isOver {
      do throws(Errno) {
        let count = try act(&numbers)
        monitor.locked { done += count }
      } catch {
        note(error.description)
      }
      // The tracker and the writers share two processors with this.
      System.sleep(milliseconds: UInt64(numbers.next(below: 3)))
    }
    monitor.locked {
      hasEnded = true
      monitor.notify()
    }
  }

  private func note(_ trouble: String) { monitor.locked { problem = problem ?? trouble } }

  private func act(_ numbers: inout SeededNumbers) throws(Errno) -> Int {
    let part = field.part(&numbers)
    switch kind {
    case .pageout:
      let before = try Counters.vmstat("pswpout") ?? 0
      // Pages that another processor touched last sit in its LRU batch, out of reach.
      if numbers.next(below: 4) == 0 { try System.drainPageLists() }
      try part.advise(.pageOut)
      return (try Counters.vmstat("pswpout") ?? 0) > before ? 1 : 0
    case .migrate: return migrate(part, to: numbers.next(below: 2))
    case .fork: return try fork(part)
    case .split:
      try HugePages.split(field.range, ofProcess: System.processID)
      if numbers.next(below: 4) == 0 {
        _ = try? field.range.advise(.collapse)  // refused while anything is protected: often
      }
    case .zap: try part.advise(.dontNeed)
    case .mprotect:
      try part.protect([.read, .write, .execute])
      try part.protect(.readWrite)
    case .clear: try SoftDirty.clear()
    case .compact: try System.drainPageLists()
    }
    return 1
  }

  /// A page that is being written, or moved, or is out stays where it is: no failure.
  private func migrate(_ part: AddressRange, to node: Int) -> Int {
    var moved = 0
    var address = part.start
    while address < part.end, !field.isOver {
      let now = try? Numa.move(pageAt: address, to: node)  // see above
      moved += now == node ? 1 : 0
      address += field.pageSize
    }
    return moved
  }

  private func fork(_ part: AddressRange) throws(Errno) -> Int {
    let (isShared, step) = (field.isShared, field.pageSize)
    // It must not allocate: another thread may have held the allocator's lock.
    var child = try ChildProcess(ownGroup: false) {
      var address = part.start
      while address < part.end {
        // The counters are further on in the page: what is shared is only looked at.
        if isShared { _ = Memory.loadWord(address) } else { Memory.storeWord(address, 0xdead) }
        address += step
      }
      return 0
    }
    if showsProtection, hasProtected(part, in: child.processID) {
      note("pagemap of the child shows protected pages")
    }
    switch try child.wait(milliseconds: Duration.seconds(5).scaledMilliseconds) {
    case .exited(0): break
    case .some(let end): note("the child ended with \(end)")
    case nil:
      child.kill()
      note("the child goes on for more than 5 s")
    }
    return 1
  }
}

/// Whether a page of a child is protected; without the fork event none ever is.
private func hasProtected(_ range: AddressRange, in child: Int32) -> Bool {
  let entries = (try? Pagemap(ofProcess: child).entries(range)) ?? []  // none once it has ended
  return entries.contains { $0.bits.contains(.writeProtected) }
}

extension Disturber {
  /// What must hold however the race goes.
  var promise: String {
    self == .fork
      ? "a forked child finds no page protected, and its loads and stores end"
      : rawValue + " succeeds beside writers and a tracker"
  }

  /// A number of its own for each, so that no two make the same choices.
  fileprivate var hashOfName: Int {
    rawValue.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
  }
}
