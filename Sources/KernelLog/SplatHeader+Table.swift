/// The headers whose text never varies, or varies only behind a fixed beginning.
extension SplatHeader {
  private struct Row {
    let prefix: String
    let kind: SplatKind
    let shape: Shape
    /// nil: the prefix is the title.
    var title: String?
    var namesFunction = true

    init(
      _ prefix: String, _ kind: SplatKind, _ shape: Shape, _ title: String? = nil,
      namesFunction: Bool = true
    ) {
      self.prefix = prefix
      self.kind = kind
      self.shape = shape
      self.title = title
      self.namesFunction = namesFunction
    }
  }

  static func fixed(_ message: String) -> SplatHeader? {
    guard let first = message.utf8.first,
      let row = rows[first]?.first(where: { message.hasPrefix($0.prefix) })
    else { return nil }
    return SplatHeader(
      row.kind, row.shape, row.title ?? row.prefix, namesFunction: row.namesFunction)
  }

  /// The rows by the first byte of their prefix, since nearly every line matches none.
  private static let rows: [UInt8: [Row]] = Dictionary(
    grouping: faultRows + lockdepRows + lockupRows + memoryRows,
    by: { $0.prefix.utf8.first ?? 0 })

  private static let faultRows: [Row] = [
    Row("BUG: kernel NULL pointer dereference", .pageFault, .endTrace),
    Row("BUG: unable to handle page fault", .pageFault, .endTrace),
    Row("BUG: unable to handle kernel", .pageFault, .endTrace, "BUG: unable to handle page fault"),
    Row("Unable to handle kernel", .pageFault, .endTrace, "BUG: unable to handle page fault"),
    Row("BUG: TASK stack guard page was hit", .doubleFault, .endTrace, "stack overflow"),
    Row("BUG: IRQ stack guard page was hit", .doubleFault, .endTrace, "stack overflow"),
    Row("BUG: stack guard page was hit", .doubleFault, .endTrace, "stack overflow"),
    Row("PANIC: double fault", .doubleFault, .endTrace, "double fault"),
    Row("double fault: ", .doubleFault, .endTrace, "double fault"),
    Row("general protection fault", .generalProtection, .endTrace, "general protection fault"),
    Row(
      "Oops: general protection fault", .generalProtection, .endTrace, "general protection fault"),
    Row("Oops: double fault", .doubleFault, .endTrace, "double fault"),
    Row("Oops: stack guard page", .doubleFault, .endTrace, "stack overflow"),
  ]

  private static let lockdepRows: [Row] = [
    Row("WARNING: possible circular locking dependency detected", .lockdep, .trace),
    Row("WARNING: possible recursive locking detected", .lockdep, .trace),
    Row("WARNING: possible irq lock inversion dependency detected", .lockdep, .trace),
    Row("WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected", .lockdep, .trace),
    Row("WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", .lockdep, .trace),
    Row("WARNING: inconsistent lock state", .lockdep, .trace),
    Row("WARNING: bad unlock balance detected", .lockdep, .trace),
    Row("WARNING: bad contention detected", .lockdep, .trace),
    Row("WARNING: held lock freed", .lockdep, .trace),
    Row("WARNING: lock held when returning to user space", .lockdep, .trace),
    Row("WARNING: Nested lock was not taken", .lockdep, .trace),
    Row("WARNING: suspicious RCU usage", .rcuUsage, .trace),
    Row("INFO: suspicious RCU usage", .rcuUsage, .trace, "WARNING: suspicious RCU usage"),
    Row("INFO: trying to register non-static key", .lockdep, .trace),
    Row("[ BUG: Invalid wait context ]", .lockdep, .trace, "BUG: Invalid wait context"),
    Row("BUG: held lock freed!", .lockdep, .trace),
    Row("BUG: sleeping function called from invalid context", .atomicSleep, .trace),
    Row("BUG: scheduling while atomic", .schedulingWhileAtomic, .trace),
  ]

  private static let lockupRows: [Row] = [
    Row("BUG: soft lockup", .softLockup, .trace),
    Row("Watchdog detected hard LOCKUP", .hardLockup, .trace, "hard LOCKUP"),
    Row("BUG: workqueue lockup", .workqueueLockup, .line, namesFunction: false),
  ]

  private static let memoryRows: [Row] = [
    Row("BUG: Bad page state", .badPage, .trace),
    Row("BUG: Bad page map", .badPageMap, .trace),
    Row("BUG: Bad page cache", .badPage, .trace),
    Row("BUG: non-zero pgtables_bytes on freeing mm", .badRssCounter, .line, namesFunction: false),
    Row("FAULT_FLAG_ALLOW_RETRY missing", .warning, .trace),
    Row("Out of memory: Killed process", .outOfMemory, .line, "OOM kill", namesFunction: false),
  ]
}
