// What each step makes of the pages.
extension Model {
  /// A step is about to begin: taking part of a huge page splits it, and that may make all of it soft-dirty.
  ///
  /// A documented over-approximation; what was dirty stays dirty.
  public mutating func brace(for step: Step) {
    guard setting == .softdirty, ground.isLarge else { return }
    switch step {
    // Entries of one folio are changed as one since 6.17, and all count as dirty then.
    case .mprotect where !ground.isMappedHuge:
      for page in layout.part where pages[page].bit == .clear { pages[page].bit = .either }
    case _ where !ground.isMappedHuge: break
    case .mprotect, .dontneed, .unmap, .swap, .split, .reclaim, .migrate:
      for page in 0..<layout.count where pages[page].bit == .clear { pages[page].bit = .either }
    default: break
    }
  }

  /// A step has happened, to the pages that the layout gives it.
  public mutating func apply(_ step: Step) {
    let target = pagesTaken(by: step)
    for page in target where !pages[page].isGone {
      var state = pages[page]
      take(step, &state)
      pages[page] = state
    }
    if step == .load { for page in target where !pages[page].isGone { _ = load(page) } }
    if step == .collapse { collapse() }
    if step == .mremap { isRegistered = false }
    history.append(step)
  }

  /// The pages that a step takes hold of.
  public func pagesTaken(by step: Step) -> Range<Int> {
    switch step {
    case .dontneed, .remove, .unmap, .protect, .unprotect, .mprotect: layout.part
    case .swap, .swapoff, .migrate: layout.most
    case .truncate: layout.part.lowerBound..<layout.count
    default: 0..<layout.count
    }
  }

  private func take(_ step: Step, _ state: inout PageState) {
    switch step {
    case .swap: swapOut(&state)
    case .swapoff: if !state.isOwn { swapOut(&state) }
    case .dontneed, .zap: drop(&state, keepingMarker: !ground.isAnonymous)
    case .remove: punch(&state)
    case .truncate:
      state.isCached = false
      drop(&state, keepingMarker: !ground.isHugetlb)
    case .unmap: state = gone
    case .protect:
      if state.place != .absent || canMark { state.bit = .set }
      // A scan finds holes written only since 6.12's and 7.2's stable trees say so.
      if setting == .async, state.place == .absent { state.bit = .either }
    case .unprotect: state.bit = .clear
    case .mremap:
      if setting == .softdirty { moved(&state) } else { state.bit = .clear }
    case .mremapEvent: if setting == .softdirty { moved(&state) }
    // Splitting a huge page and moving a page may make it soft-dirty: documented over-approximations.
    case .split, .mprotect, .migrate: if setting == .softdirty { blur(&state, step) }
    default: break
    }
  }

  private var gone: PageState {
    var state = PageState()
    state.isGone = true
    return state
  }

  /// The page leaves memory, or may not (the zero page).
  private func swapOut(_ state: inout PageState) {
    guard state.place == .present else { return }
    if setting == .softdirty, ground.isLarge { blur(&state, .split) }
    if state.isOwn { return state.place = .swapped }
    guard ground.hasFile else { return }
    drop(&state, keepingMarker: true)
  }

  /// The entry goes; userfaultfd's bit may stay as a marker, soft-dirty's never does.
  private func drop(_ state: inout PageState, keepingMarker: Bool) {
    state.place = .absent
    state.isOwn = false
    if setting == .softdirty || !keepingMarker { state.bit = .clear }
  }

  /// The file's page goes, a page of the mapping's own stays.
  private func punch(_ state: inout PageState) {
    state.isCached = false
    guard !(state.isOwn && state.place != .absent) else { return }
    drop(&state, keepingMarker: true)
  }

  /// A moved page is soft-dirty, but not where whole page tables move.
  private func moved(_ state: inout PageState) {
    guard state.place != .absent else { return }
    guard state.bit == .clear else { return }
    state.bit = ground == .thpEntries || ground.hasFile ? .either : .set
  }

  private func blur(_ state: inout PageState, _ step: Step) {
    guard state.bit == .clear, state.place != .absent else { return }
    if step == .migrate || ground.isLarge { state.bit = .either }
  }

  /// Refused while anything is protected; a huge page is soft-dirty as a whole.
  private mutating func collapse() {
    guard setting == .softdirty else { return }
    for page in 0..<layout.count {
      if pages[page].bit == .clear { pages[page].bit = .either }
      if pages[page].place == .swapped { pages[page].place = .present }
    }
  }

  /// Pages that pagemap shows to be elsewhere than expected, after a step that takes what it likes.
  public mutating func adopt(_ page: Int, _ place: PageState.Place) {
    guard pages[page].place == .present, place != .present else { return }
    swapOut(&pages[page])
  }

  /// What a child finds.
  public func child(withEvent: Bool) -> Model {
    var child = self
    child.isLoose = ground.hasFile || ground.isHugetlb
    child.history.append(withEvent ? .forkEvent : .fork)
    if !withEvent, setting.isProtection {
      child.isRegistered = false
      for page in 0..<layout.count { child.pages[page].bit = .clear }
    }
    guard ground.hasFile else { return child }
    for page in 0..<layout.count where !child.pages[page].isOwn {
      // Entries of the file's pages are made anew, without soft-dirty bits; those of a watched range are copied.
      guard !withEvent else { continue }
      child.pages[page].place = .absent
      if setting == .softdirty { child.pages[page].bit = ground.isShared ? .clear : .either }
    }
    return child
  }
}
