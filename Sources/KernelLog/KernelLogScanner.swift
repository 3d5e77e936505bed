/// Finds the kernel's complaints in a console, in one pass and with bounded memory.
///
/// Feed it the bytes of one guest's console, split anywhere. Markers that the guest writes to the
/// kernel log (`faultline: suite NAME start`, `faultline: case NAME start|end`) say to which case a
/// splat belongs. A splat is handed out when its last line has come; `flush` ends one whose last
/// line never will.
package struct KernelLogScanner: Sendable {
  /// Longer lines are cut, in bytes.
  package static let maximumLineBytes = 4096
  /// Splats that are kept until somebody takes them; more are counted, not kept.
  package static let maximumSplats = 200
  /// Lines kept before a splat.
  package static let contextLines = 8

  /// Printers whose lines are told apart at a time.
  static let maximumStrands = 16
  /// Repetitions are known of so many splats.
  private static let maximumTold = 2000
  private static let maximumDue = 8
  /// Lines between `cut here` and its header; other tasks' lines can be among them.
  private static let maximumCut = 32

  /// What is running now.
  package private(set) var owner = SplatOwner.boot
  /// The kernel has printed `Kernel panic`, be it because the host injected an NMI.
  package private(set) var hasPanicked = false
  /// Lines read so far.
  package private(set) var lineCount = 0
  /// Splats that were dropped because there were too many.
  package private(set) var droppedSplats = 0
  /// The last line that was not empty.
  package private(set) var lastLine: String?

  private var partial: [UInt8] = []
  private var context: [ConsoleLine] = []
  private var strands: [Strand] = []
  private var splats: [Splat] = []
  /// What was already told of the owners that ran lately.
  private var seen: Set<Told> = []
  private var caseRuns: [String: Int] = [:]
  /// Splats that ended before their second header had come, oldest first.
  private var due: [Due] = []

  package init() {}

  /// Whether a splat has begun and not ended: worth waiting for a little.
  package var isInsideSplat: Bool { strands.contains { $0.isBusy } }

  /// Reads the next bytes of the console.
  package mutating func read(_ bytes: some Sequence<UInt8>) {
    // A concrete loop: unspecialised generic code costs 20 times as much per byte.
    if bytes.withContiguousStorageIfAvailable({ readBuffer($0) }) == nil {
      Array(bytes).withUnsafeBufferPointer { readBuffer($0) }
    }
  }

  private mutating func readBuffer(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      let end = newline ?? bytes.count
      let room = max(0, Self.maximumLineBytes - partial.count)
      partial.append(contentsOf: bytes[start..<min(end, start + room)])
      if newline != nil { endLine() }
      start = end + 1
    }
  }

  /// Ends what is still open: the console is quiet, or closed.
  package mutating func flush() {
    if !partial.isEmpty { endLine() }
    for index in strands.indices { end(index) }
  }

  /// Whether there is a splat to be handed out.
  package var hasSplats: Bool { !splats.isEmpty }

  /// Hands out the splats that ended since the last call, in the order in which they began.
  package mutating func takeSplats() -> [Splat] {
    defer { splats.removeAll() }
    return splats.sorted { $0.lineNumber < $1.lineNumber }
  }

  private mutating func endLine() {
    var bytes = partial
    partial.removeAll(keepingCapacity: true)
    lineCount += 1
    while let index = ConsoleLine.gluedTimestamp(in: bytes) {
      take(ConsoleLine(bytes[..<index]))
      bytes.removeFirst(index)
    }
    take(ConsoleLine(bytes))
  }
}

/// One line at a time.
extension KernelLogScanner {
  private mutating func take(_ line: ConsoleLine) {
    if line.message.utf8.contains(where: { $0 > UInt8(ascii: " ") }) { lastLine = line.raw }
    if let marker = CaseMarker(line.message) { return note(marker) }
    let index = strand(of: line)
    strands[index].lastLine = lineCount
    if line.message.hasPrefix("Kernel panic - not syncing: ") {
      panic(line, index)
    } else if let header = SplatHeader(line.message) {
      begin(header, line, index)
    } else if !continueSplat(line, index), !lend(line, index) {
      takeOutside(line, index)
    }
    endStale()
  }

  /// The printer of a line; one that says nothing of it belongs to what is open.
  private mutating func strand(of line: ConsoleLine) -> Int {
    if line.caller == nil, let busy = strands.lastIndex(where: { $0.isBusy }) { return busy }
    if let index = strands.firstIndex(where: { $0.caller == line.caller }) { return index }
    if strands.count == Self.maximumStrands {
      let idle = strands.indices.filter { !strands[$0].isBusy }
      let all = idle.isEmpty ? Array(strands.indices) : idle
      if let oldest = all.min(by: { strands[$0].lastLine < strands[$1].lastLine }) {
        end(oldest)
        strands.remove(at: oldest)
      }
    }
    strands.append(Strand(caller: line.caller))
    return strands.count - 1
  }

  /// Gives the line to the open splat; false when there is none or it is over.
  private mutating func continueSplat(_ line: ConsoleLine, _ index: Int) -> Bool {
    switch strands[index].open?.take(line) {
    case nil: return false
    case .taken: return true
    case .last:
      close(index)
      return true
    case .over:
      close(index)
      return false
    }
  }

  /// Gives the line to a splat of another printer, which had asked all CPUs for their backtraces.
  private mutating func lend(_ line: ConsoleLine, _ index: Int) -> Bool {
    guard !strands[index].isBusy else { return false }
    let other = strands.lastIndex { $0.open?.asksOthers ?? false }
    return other.map { strands[$0].open?.take(line) == .taken } ?? false
  }

  private mutating func takeOutside(_ line: ConsoleLine, _ index: Int) {
    let isCut = line.message.hasPrefix("------------[ cut here ]------------")
    if isCut, strands[index].cut.isEmpty {
      strands[index].beginCut(line, number: lineCount)
    } else if strands[index].cut.isEmpty {
      strands[index].remember(line)
      context.append(line)
      if context.count > Self.contextLines { context.removeFirst() }
    } else {
      strands[index].addToCut(line)
      if strands[index].cut.count > Self.maximumCut { closeCut(index) }
    }
  }

  private mutating func begin(_ header: SplatHeader, _ line: ConsoleLine, _ index: Int) {
    let isDie = line.message.holds(" [#")
    let continues = strands[index].open?.isContinued(by: header, isDie: isDie) ?? false
    let isDue = !continues && line.caller == nil && takeDue(header, isDie: isDie)
    if continues || isDue {
      // The WARN's `cut here` is none of its own, either.
      if isDue { _ = strands[index].takeCut() }
      if strands[index].open?.take(line) != .taken { close(index) }
      return
    }
    close(index)
    start(header, line, index)
    if header.shape == .line { close(index) }
  }

  private mutating func start(_ header: SplatHeader, _ line: ConsoleLine, _ index: Int) {
    let strand = strands[index]
    let number = strand.cut.isEmpty ? lineCount : strand.cutNumber
    strands[index].open = OpenSplat(
      header, line, lineNumber: number, owner: owner, context: context, recent: strand.recent,
      cut: strands[index].takeCut())
  }

  /// A panic belongs to the splat that led to it; alone it is one itself.
  private mutating func panic(_ line: ConsoleLine, _ index: Int) {
    hasPanicked = true
    let text = line.message.dropping(prefix: "Kernel panic - not syncing: ") ?? ""
    let isConsequence = PanicCause.isConsequence(text)
    // An oops, if there is one: with several splats at once, the last one need not be what led here.
    let oops = splats.lastIndex { $0.owner == owner && $0.isFatal }
    if let splat = strands[index].open,
      splat.isFatal || isConsequence && (oops == nil || !PanicCause.wantsFatal(text))
    {
      strands[index].open?.join(panic: line)
      return
    }
    close(index)
    if isConsequence, let last = oops ?? splats.lastIndex(where: { $0.owner == owner }) {
      splats[last].isFatal = true
      splats[last].text += "\n" + line.raw
      return
    }
    if text == "NMI: Not continuing" {
      start(SplatHeader(.nmi, .trace, "NMI backtrace"), line, index)
    } else {
      let title = "Kernel panic: " + StableText.of(text, keepsNumbers: true)
      start(SplatHeader(.panic, .trace, title, namesFunction: false), line, index)
    }
  }

  private mutating func note(_ marker: CaseMarker) {
    switch marker {
    case .suiteStart(let suite): owner = SplatOwner(suite: suite)
    case .suiteEnd: owner = .boot
    case .caseStart(let name):
      // A guest that prints marks without end: more names than any run has are begun anew.
      if caseRuns[name] == nil, caseRuns.count >= 4_000 { caseRuns.removeAll() }
      caseRuns[name, default: 0] += 1
      owner.caseName = name
      owner.caseRun = caseRuns[name, default: 1]
      owner.caseIsOver = false
    case .caseEnd(let name):
      guard owner.caseName == name else { return }
      owner.caseIsOver = true
    }
  }
}

/// Ends.
extension KernelLogScanner {
  /// A splat that another task's header cut short, which without PRINTK_CALLER cannot be told from its
  /// own lines; its second header (`Oops: … [#1]`) is none of a new splat.
  private struct Due {
    let kind: SplatKind
    let line: Int
  }

  /// Whether a header is the second one of a splat that has ended.
  private mutating func takeDue(_ header: SplatHeader, isDie: Bool) -> Bool {
    due.removeAll { lineCount - $0.line > 100 }
    let index = due.firstIndex {
      $0.kind == .slab ? header.isSlabWarning : isDie && header.kind == .oops
    }
    if let index { due.remove(at: index) }
    return index != nil
  }

  /// What makes a splat a repetition: the same fingerprint in the same run of a case.
  private struct Told: Hashable {
    let suite: String?
    let caseName: String?
    let caseRun: Int
    let fingerprint: String

    init(_ splat: Splat) {
      suite = splat.owner.suite
      caseName = splat.owner.caseName
      caseRun = splat.owner.caseRun
      fingerprint = splat.fingerprint
    }
  }

  private mutating func end(_ index: Int) {
    closeCut(index)
    close(index)
  }

  /// Ends what a printer began that has since been silent.
  private mutating func endStale() {
    for index in strands.indices
    where strands[index].lastLine + Strand.patience < lineCount && strands[index].isBusy {
      end(index)
    }
  }

  /// A `cut here` whose header never came is still a complaint: a broken log must not look clean.
  private mutating func closeCut(_ index: Int) {
    let number = strands[index].cutNumber
    let lines = strands[index].takeCut()
    guard let first = lines.first else { return }
    let message = lines.dropFirst().first?.message ?? "nothing follows"
    let header = SplatHeader(
      .otherBug, .line, "cut here: " + StableText.of(message), namesFunction: false)
    strands[index].open = OpenSplat(
      header, first, lineNumber: number, owner: owner, context: context, recent: [])
    close(index)
  }

  private mutating func close(_ index: Int) {
    guard let open = strands[index].open else { return }
    let splat = open.splat
    strands[index].open = nil
    if open.awaitsMore {
      due.append(Due(kind: splat.kind, line: lineCount))
      if due.count > Self.maximumDue { due.removeFirst() }
    }
    if seen.count >= Self.maximumTold { seen.removeAll() }
    let told = Told(splat)
    guard seen.insert(told).inserted else {
      if let known = splats.lastIndex(where: { Told($0) == told }) {
        splats[known].count += 1
        splats[known].isFatal = splats[known].isFatal || splat.isFatal
      }
      return
    }
    if splats.count < Self.maximumSplats { splats.append(splat) } else { droppedSplats += 1 }
  }
}
