/// The oracle: what each page of a cell is, after whatever has happened to it so far.
///
/// Written from what the kernel documents, a transition for each step and ground; steps compose.
public struct Model: Sendable {
  public let ground: Ground
  public let setting: Setting
  public let layout: Layout
  public internal(set) var pages: [PageState]
  /// A userfaultfd watches the range.
  public internal(set) var isRegistered: Bool
  /// Entries may be missing that need not be: those of a child, which are made on demand.
  var isLoose = false
  /// What has happened, for messages.
  public internal(set) var history: [Step] = []

  /// The pages as the setting leaves them.
  public init(_ cell: Cell) {
    ground = cell.ground
    setting = cell.setting
    layout = Layout(cell.ground, isUniform: cell.event.has(.ksm))
    isRegistered = setting.isProtection
    pages = [PageState](repeating: PageState(), count: layout.count)
    for page in 0..<layout.count { pages[page] = initial(page) }
  }

  /// A fault or event that an access raises.
  public enum Raised: Sendable {
    case writeProtect, missing
  }

  /// Missing pages are reported too, and filled with `0x5c`.
  var asksForMissing: Bool {
    isRegistered && setting == .copy && !history.contains(.mremap)
  }

  private func initial(_ page: Int) -> PageState {
    var state = PageState()
    let isTracked = layout.isTracked(page, setting)
    if layout.isPopulated(page, setting) {
      state.place = .present
      populate(&state, page)
      if isTracked { state.bit = .set }
      if setting == .before, layout.comesByStore(page) { state.bit = .clear }
    } else if isTracked, setting.isProtection, canMark, setting != .copy {
      state.bit = .set
    }
    guard ground == .shthp else { return state }
    // Protection unmaps the huge page and leaves markers; soft-dirty is one bit for all of it.
    if setting.isProtection { state.place = .absent } else { state.bit = .set }
    return state
  }

  /// Whether holes can be protected.
  var canMark: Bool { !ground.isAnonymous || setting.marksHoles }

  private func populate(_ state: inout PageState, _ page: Int) {
    let content = Content(fill: layout.pattern(page))
    guard ground != .zero else { return }
    guard setting == .before else {
      state.isOwn = !ground.isShared
      if ground.isShared { (state.isCached, state.cached) = (true, content) }
      if state.isOwn { state.content = content }
      return
    }
    // The file is filled through another mapping, and everything else is zeros.
    if ground.hasFile { (state.isCached, state.cached) = (true, content) }
    if ground == .hugetlbpriv { state.isOwn = true }
    if layout.comesByStore(page) { store(&state, 0x77, 1) }
  }

  func store(_ state: inout PageState, _ value: UInt8, _ slot: Int) {
    var content = state.visible
    content.store(value, slot)
    if ground.isShared {
      (state.isCached, state.cached) = (true, content)
    } else {
      (state.isOwn, state.content) = (true, content)
    }
    state.place = .present
  }
}

// MARK: accesses

extension Model {
  /// A load; what it raises.
  public mutating func load(_ page: Int) -> [Raised] {
    var state = pages[page]
    defer { pages[page] = state }
    switch state.place {
    case .present: return []
    case .swapped:
      state.place = .present
      return []
    case .absent: break
    }
    if asksForMissing, !state.isCached {
      fillMissing(&state)
      return [.missing]
    }
    state.place = .present
    if ground == .hugetlbpriv { (state.isOwn, state.content) = (true, .zeros) }
    if ground.hasFile, !state.isCached { (state.isCached, state.cached) = (true, .zeros) }
    return []
  }

  /// A store of a byte at one of the two offsets; what it raises.
  public mutating func store(_ page: Int, _ value: UInt8, _ slot: Int) -> [Raised] {
    var state = pages[page]
    var raised: [Raised] = []
    if state.place == .absent, asksForMissing, !state.isCached {
      fillMissing(&state)
      raised = [.missing]
    } else if isRegistered, state.bit == .set {
      if setting != .async { raised = [.writeProtect] }
      state.bit = .clear
    }
    store(&state, value, slot)
    pages[page] = state
    if setting == .softdirty { dirty(page) }
    return raised
  }

  /// The kernel's unit may be the huge page, while there is one.
  private mutating func dirty(_ page: Int) {
    pages[page].bit = .set
    guard ground.isMappedHuge || history.contains(.collapse) else { return }
    for other in (page / 512 * 512)..<min(page / 512 * 512 + 512, pages.count)
    where pages[other].bit == .clear && pages[other].place == .present {
      pages[other].bit = .either
    }
  }

  /// `UFFDIO_COPY` without mode WP: a marker goes with it.
  private func fillMissing(_ state: inout PageState) {
    let content = Content(fill: 0x5c)
    state.place = .present
    state.bit = .clear
    if ground.isShared {
      (state.isCached, state.cached) = (true, content)
    } else {
      (state.isOwn, state.content) = (true, content)
    }
  }
}

// MARK: answers

extension Model {
  /// What pagemap is to say of a page, and which of it is certain.
  public func marks(_ page: Int) -> (wanted: Marks, certain: Marks) {
    let state = pages[page]
    var wanted: Marks = []
    var certain = Marks.all
    switch state.place {
    case .present:
      wanted.insert(.present)
      if ground.hasFile, !state.isOwn { wanted.insert(.file) }
    case .swapped: wanted.insert(.swapped)
    case .absent:
      if setting.isProtection, state.bit == .set, !ground.isHugetlb { wanted.insert(.swapped) }
    }
    if state.bit == .set { wanted.insert(.tracked) }
    if state.bit == .either {
      certain.remove(.tracked)
      if state.place == .absent { certain.remove(.swapped) }
    }
    // Old kernels call a page that is mapped huge no file's.
    if ground == .shthp { certain.remove(.file) }
    if mayComeInLarge { certain = certain.intersection(.tracked) }
    if isLoose { certain = certain.intersection(.tracked) }
    // Reads map what lies around them where no userfaultfd forbids it.
    if ground.hasFile, !isRegistered { certain = certain.intersection(.tracked) }
    return (wanted, certain)
  }

  /// Unwatched folios come back from swap with their neighbours.
  private var mayComeInLarge: Bool {
    ground.isLarge && !setting.isProtection
      && (history.contains(.swap) || history.contains(.reclaim))
  }

  /// The page in words: what was done to it.
  public func story(_ page: Int) -> String {
    var text = "page \(page) (\(setting.word(layout.isTracked(page, setting)))"
    for step in history { text += ", then \(step.past)" }
    return text + ")"
  }

  /// Whether a page is the zero page: mapped, and counted nowhere.
  public func isZeroPage(_ page: Int) -> Bool {
    ground.isAnonymous && pages[page].place == .present && !pages[page].isOwn
  }
}
