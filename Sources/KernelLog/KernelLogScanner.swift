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
  private var cut: [ConsoleLine] = []
  private var open: OpenSplat?
  private var splats: [Splat] = []
  /// Fingerprints already seen while the present owner ran.
  private var seen: Set<String> = []
  private var caseRuns: [String: Int] = [:]

  package init() {}

  /// Whether a splat has begun and not ended: worth waiting for a little.
  package var isInsideSplat: Bool { open != nil || !cut.isEmpty }

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
    closeCut()
    close()
  }

  /// Hands out the splats that ended since the last call.
  package mutating func takeSplats() -> [Splat] {
    defer { splats.removeAll() }
    return splats
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
    if let marker = CaseMarker(line.message) {
      note(marker)
    } else if line.message.hasPrefix("Kernel panic - not syncing: ") {
      panic(line)
    } else if let header = SplatHeader(line.message) {
      begin(header, line)
    } else if !continueSplat(line) {
      takeOutside(line)
    }
  }

  /// Gives the line to the open splat; false when there is none or it is over.
  private mutating func continueSplat(_ line: ConsoleLine) -> Bool {
    guard let splat = open else { return false }
    // With PRINTK_CALLER another task's lines can be told from the splat's own.
    let interleaves = splat.header.shape == .endTrace || splat.header.shape == .box
    if interleaves, let own = splat.caller, let other = line.caller, own != other { return false }
    switch open?.take(line) {
    case .taken: return true
    case .last:
      close()
      return true
    case .over, nil:
      close()
      return false
    }
  }

  private mutating func takeOutside(_ line: ConsoleLine) {
    if line.message.hasPrefix("------------[ cut here ]------------") {
      closeCut()
      cut = [line]
    } else if cut.isEmpty {
      remember(line)
    } else {
      cut.append(line)
      if cut.count > 12 { closeCut() }
    }
  }

  private mutating func remember(_ line: ConsoleLine) {
    context.append(line)
    if context.count > Self.contextLines { context.removeFirst() }
  }

  private mutating func begin(_ header: SplatHeader, _ line: ConsoleLine) {
    if let splat = open, splat.isContinued(by: header, line.message) {
      if open?.take(line) != .taken { close() }
      return
    }
    close()
    start(header, line)
    if header.shape == .line { close() }
  }

  private mutating func start(_ header: SplatHeader, _ line: ConsoleLine) {
    open = OpenSplat(
      header, line, lineNumber: lineCount - cut.count, owner: owner, context: context, cut: cut)
    cut = []
  }

  /// A panic belongs to the splat that led to it; alone it is one itself.
  private mutating func panic(_ line: ConsoleLine) {
    hasPanicked = true
    let text = line.message.dropping(prefix: "Kernel panic - not syncing: ") ?? ""
    if let splat = open, splat.isFatal || PanicCause.isConsequence(text) {
      open?.join(panic: line)
      return
    }
    close()
    if let last = splats.indices.last, splats[last].owner == owner,
      PanicCause.isConsequence(text)
    {
      splats[last].isFatal = true
      splats[last].text += "\n" + line.raw
      return
    }
    if text == "NMI: Not continuing" {
      start(SplatHeader(.nmi, .trace, "NMI backtrace"), line)
    } else {
      let title = "Kernel panic: " + StableText.of(text, keepsNumbers: true)
      start(SplatHeader(.panic, .trace, title, namesFunction: false), line)
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
      return
    }
    seen.removeAll()
  }

  /// A `cut here` whose header never came is still a complaint: a broken log must not look clean.
  private mutating func closeCut() {
    guard let first = cut.first else { return }
    let message = cut.dropFirst().first?.message ?? "nothing follows"
    let header = SplatHeader(
      .otherBug, .line, "cut here: " + StableText.of(message), namesFunction: false)
    var lines = cut
    lines.removeFirst()
    cut = []
    open = OpenSplat(
      header, first, lineNumber: lineCount - lines.count, owner: owner, context: context)
    close()
  }

  private mutating func close() {
    guard let splat = open?.splat else { return }
    open = nil
    guard seen.insert(splat.fingerprint).inserted else {
      if let known = splats.lastIndex(where: { $0.fingerprint == splat.fingerprint }) {
        splats[known].count += 1
        splats[known].isFatal = splats[known].isFatal || splat.isFatal
      }
      return
    }
    if splats.count < Self.maximumSplats { splats.append(splat) } else { droppedSplats += 1 }
  }
}
