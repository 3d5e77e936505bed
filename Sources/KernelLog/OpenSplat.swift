/// A splat whose last line has not come yet.
struct OpenSplat: Sendable {
  /// What a splat makes of the next line.
  enum Disposition: Equatable {
    /// The line belongs to it.
    case taken
    /// The line belongs to it and is the last.
    case last
    /// The splat ended before this line.
    case over
  }

  /// The text that is kept, in bytes: what KCIDB takes as an excerpt.
  static let maximumTextBytes = 16_000
  /// No splat is longer than this, in lines, whatever the kernel goes on printing.
  static let maximumLines = 400

  let header: SplatHeader
  let lineNumber: Int
  let owner: SplatOwner
  /// Whether its lines cannot be told from those of others.
  private let isMixed: Bool
  private(set) var isFatal: Bool

  private let context: [String]
  /// What stood between `cut here` and the header: a WARN's own message.
  private let messages: [String]
  /// What a slab check found, told before its report.
  private let slabFinding: String?
  private var text = ""
  private var lineCount = 0
  private var sawTrace = false
  private var sawEndTrace = false
  private var sawDieCounter: Bool
  private var isInInterrupt = false
  private var instructionPointer: StackFrame?
  private var frames: [StackFrame] = []
  /// The first backtrace is complete: what follows is where memory came from, or another task.
  private var framesAreOver = false
  private var dumpReason: String?
  private var victim: String?

  init(
    _ header: SplatHeader, _ line: ConsoleLine, lineNumber: Int, owner: SplatOwner,
    context: [ConsoleLine], recent: [ConsoleLine], cut: [ConsoleLine] = []
  ) {
    self.header = header
    self.lineNumber = lineNumber
    self.owner = owner
    isMixed = line.caller == nil
    self.context = context.map(\.raw)
    isFatal = header.kind.isFatal
    // BUG_ON_DATA_CORRUPTION kernels print the message before "cut here".
    messages = (recent.suffix(1) + cut.dropFirst()).map(\.message)
    slabFinding = recent.compactMap { Self.slabFinding($0.message) }.last
    sawDieCounter = line.message.holds(" [#")
    dumpReason = recent.suffix(2).compactMap { Self.dumpReason($0.message) }.last
    for line in cut { append(line) }
    append(line)
    note(line.message)
  }

  /// Takes the next line of the console, unless the splat is over.
  mutating func take(_ line: ConsoleLine) -> Disposition {
    let message = line.message
    guard lineCount < Self.maximumLines else { return .over }
    if header.shape == .line && !isFatal { return .over }
    if sawEndTrace || (sawTrace && header.shape == .trace) {
      guard SplatBody.continues(message) else { return .over }
    } else if lineCount > linesBeforeTrace {
      return .over
    }
    append(line)
    note(message)
    return isLast(message) ? .last : .taken
  }

  /// Whether its printer had other CPUs print their backtraces, which are part of it.
  var asksOthers: Bool { isStall || header.kind == .hungTask || header.kind == .nmi }

  /// Whether a second header has yet to come: the exception's own, with its number, or the WARN that
  /// gives a slab report its backtrace.
  var awaitsMore: Bool {
    if header.kind == .slab { return isMixed || !sawTrace }
    return header.kind.isFatal && header.kind != .panic && !sawDieCounter
  }

  /// Makes the splat fatal: the kernel panicked because of it.
  mutating func join(panic line: ConsoleLine) {
    isFatal = true
    sawEndTrace = true
    append(line)
  }

  /// Whether a header only says again, in other words, what opened this splat.
  func isContinued(by header: SplatHeader, isDie: Bool) -> Bool {
    if self.header.kind == .outOfMemory && header.kind == .outOfMemory {
      return header.shape == .line
    }
    // Since 6.12 the report has its backtrace from a WARN of its own.
    if self.header.kind == .slab && header.isSlabWarning {
      return isMixed || !sawTrace
    }
    return isFatal && !sawDieCounter && isDie
  }

  private mutating func append(_ line: ConsoleLine) {
    lineCount += 1
    guard text.utf8.count + line.raw.utf8.count < Self.maximumTextBytes else { return }
    if !text.isEmpty { text += "\n" }
    text += line.raw
  }

  private mutating func note(_ message: String) {
    if message.holds(" [#") { sawDieCounter = true }
    if SplatBody.isTraceStart(message) { sawTrace = true }
    // Before it, lockdep shows where other locks were taken: not where this happened.
    if message.hasPrefix("stack backtrace:") {
      frames = []
      framesAreOver = false
    }
    if message.hasPrefix("---[ end trace") { sawEndTrace = true }
    if message.holds("IRQ>") { isInInterrupt = !message.holds("</IRQ>") }
    if dumpReason == nil { dumpReason = Self.dumpReason(message) }
    if victim == nil { victim = Self.victim(message) }
    // In the middle of a backtrace is what an interrupt met, and behind the end the first oops again.
    if instructionPointer == nil, !sawEndTrace, frames.isEmpty || isStall || header.kind == .nmi {
      instructionPointer = StackFrame(instructionPointerLine: message)
    }
    noteFrame(message)
  }

  private mutating func noteFrame(_ message: String) {
    if !frames.isEmpty, !SplatBody.isWithinTrace(message) { framesAreOver = true }
    guard frames.count < 16, !framesAreOver, !(isStall && isInInterrupt) else { return }
    // Slab reports tell first who allocated and who freed.
    guard header.kind != .slab || sawTrace else { return }
    if let frame = StackFrame(traceLine: message) { frames.append(frame) }
  }

  private func isLast(_ message: String) -> Bool {
    if message.hasPrefix("---[ end Kernel panic") { return true }
    switch header.shape {
    case .line: return !isFatal
    case .trace: return false
    case .endTrace:
      return !isFatal && (sawEndTrace || sawTrace && SplatBody.isRule(message))
    case .box: return SplatBody.isRule(message)
    case .outOfMemory: return victim != nil
    }
  }

  /// How long a splat may go on without its backtrace.
  private var linesBeforeTrace: Int {
    switch header.kind {
    case .otherBug,
      .warning where header.shape == .trace:
      12
    case .lockdep, .rcuUsage, .outOfMemory: Self.maximumLines
    default: header.shape == .trace ? 60 : 200
    }
  }

  private var isStall: Bool {
    switch header.kind {
    case .softLockup, .hardLockup, .rcuStall: true
    default: false
    }
  }
}

/// What a splat is called when it is over.
extension OpenSplat {
  /// The splat as far as it came.
  var splat: Splat {
    let (kind, title) = named
    let functions = meaningfulFunctions
    let full = header.namesFunction && !functions.isEmpty ? "\(title) in \(functions[0])" : title
    let trail = functions.prefix(3).joined(separator: "<")
    return Splat(
      kind: kind, title: full,
      fingerprint: "\(kind.rawValue):\(title)" + (trail.isEmpty ? "" : "|\(trail)"),
      isFatal: isFatal, text: text, context: context, lineNumber: lineNumber, owner: owner,
      backtrace: backtrace)
  }

  private var backtrace: [CodePlace] {
    func place(_ frame: StackFrame, isReturn: Bool) -> CodePlace {
      CodePlace(symbol: frame.symbol, offset: frame.offset, size: frame.size, isReturn: isReturn)
    }
    return [instructionPointer].compactMap { $0.map { place($0, isReturn: false) } }
      + frames.map { place($0, isReturn: true) }
  }

  /// Kind and title; a WARNING or BUG is called after the check that printed it, where there is
  /// one.
  private var named: (SplatKind, String) {
    if let message = messages.first(where: { $0.hasPrefix("refcount_t: ") }) {
      return (.refcount, StableText.of(message, keepsNumbers: true))
    }
    if header.kind == .bug || header.kind == .warning, let corruption = listCorruption {
      let words = corruption.split { $0 == " " || $0 == "." }
      return (.listCorruption, words.prefix(2).joined(separator: " "))
    }
    switch header.kind {
    case .bug, .warning:
      guard let dumpReason, dumpReason.hasPrefix("VM_") else { return (header.kind, header.title) }
      return (header.kind, dumpReason)
    case .badPage:
      return (header.kind, header.title + (dumpReason.map { ": " + $0 } ?? ""))
    case .slab:
      return (header.kind, slabTitle)
    case .outOfMemory:
      return (header.kind, header.title + (victim.map { ": " + $0 } ?? ""))
    default:
      return (header.kind, header.title)
    }
  }

  /// Since 6.12 a report's title is only `Object corrupt`; the line before it says how.
  private var slabTitle: String {
    guard let colon = header.title.lastIndex(of: ":"), let slabFinding else { return header.title }
    return header.title[...colon] + " " + slabFinding
  }

  private var listCorruption: String? {
    messages.first { $0.hasPrefix("list_add corruption") || $0.hasPrefix("list_del corruption") }
  }

  /// Where it happened, innermost first; the machinery only when there is nothing else.
  private var meaningfulFunctions: [String] {
    let own = header.function.map { [$0] } ?? []
    let all = own + ([instructionPointer].compactMap { $0 } + frames).map(\.function)
    let meaningful = all.filter { StackFrame.isMeaningful($0) }
    let telling = meaningful.filter { !StackFrame.isMessenger($0, of: header.kind) }
    var kept: [String] = []
    for function in [telling, meaningful, all].first(where: { !$0.isEmpty }) ?? []
    where kept.last != function {
      kept.append(function)
    }
    return kept
  }

  /// What a check of the slab found: `[Right Redzone overwritten] 0x…`.
  private static func slabFinding(_ message: String) -> String? {
    guard message.hasPrefix("["), let end = message.firstMatch(of: "] 0x") else { return nil }
    return String(message[..<end.lowerBound].dropFirst())
  }

  private static func dumpReason(_ message: String) -> String? {
    message.firstMatch(of: "page dumped because: ").map { String(message[$0.upperBound...]) }
  }

  private static func victim(_ message: String) -> String? {
    guard let range = message.firstMatch(of: "Killed process "),
      let open = message[range.upperBound...].firstIndex(of: "("),
      let close = message[open...].firstIndex(of: ")")
    else { return nil }
    let group = message.hasPrefix("Memory cgroup") ? " (memory cgroup)" : ""
    return message[message.index(after: open)..<close] + group
  }
}
