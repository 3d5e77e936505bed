import GuestKit
import LinuxMM
import StateModel

/// A cell's memory and tracker, set as its ground and setting say.
struct Scene {
  let area: Area
  /// None for soft-dirty.
  var tracker: Tracker?
  var model: Model
}

extension Scene {
  /// Maps, fills and protects.
  static func set(_ cell: Cell, _ trial: Trial) throws(CaseEnd) -> Scene {
    let model = Model(cell)
    let area = try makeArea(cell, trial, model.layout)
    var scene = Scene(area: area, tracker: nil, model: model)
    let isProtectedFirst = [.before, .copy, .hole].contains(cell.setting)
    if !isProtectedFirst { try scene.populate(trial) }
    area.fillOutside()
    if cell.setting == .softdirty {
      try trial.attempt("clearing soft-dirty", try SoftDirty.clear())
      scene.makeDirty()
      return scene
    }
    try scene.watch(trial, cell)
    switch cell.setting {
    case .pages: try scene.protectEach(trial)
    case .copy: try scene.copyIn(trial)
    default: try scene.protect(trial, model.layout.block)
    }
    if cell.setting == .before { try scene.populateThroughMarkers(trial) }
    return scene
  }

  private static func makeArea(_ cell: Cell, _ trial: Trial, _ layout: Layout) throws(CaseEnd)
    -> Area
  {
    let group: MemoryGroup? =
      cell.event.has(.reclaim) ? try trial.attempt("a memory cgroup", try MemoryGroup()) : nil
    var knob: Knob?
    if cell.ground == .mthp {
      knob = try trial.attempt("setting mthp", try Knob(HugePages.smallFolios, to: "always"))
    } else if cell.ground == .shthp {
      let path = HugePages.settings + "shmem_enabled"
      knob = try trial.attempt("setting shmem_enabled", try Knob(path, to: "advise"))
    }
    let area = try Area(cell, trial, layout: layout)
    area.knob = knob
    area.group = group
    return area
  }

  // MARK: populating

  private func populated() -> [Int] {
    (0..<model.layout.count).filter { model.layout.isPopulated($0, model.setting) }
  }

  private func populate(_ trial: Trial) throws(CaseEnd) {
    let pages = populated()
    for page in pages {
      if area.ground == .zero {
        _ = Memory.load(area.address(page))
      } else {
        area.fill(at: area.address(page), with: model.layout.pattern(page))
      }
    }
    switch area.ground {
    case .thp: try proveHuge(trial, "AnonHugePages", 4096)
    case .shthp: try proveHuge(trial, "ShmemPmdMapped", 2048)
    case .thpEntries:
      try proveHuge(trial, "AnonHugePages", 2048)
      // Another protection of one page for a moment: entries take the place of the huge mapping.
      try trial.attempt("mprotect", try area.range(5).protect(.read))
      try trial.attempt("mprotect", try area.range(5).protect(.readWrite))
      try proveHuge(trial, "AnonHugePages", 0)
    case .mthp: try proveFolios(trial)
    case .ksm: try area.merge(trial, pages)
    default: break
    }
  }

  private func proveHuge(_ trial: Trial, _ field: String, _ wanted: UInt64) throws(CaseEnd) {
    let seen = try trial.attempt("reading smaps", try Smaps(area.range)).kibibytes(field)
    try trial.prove(seen == wanted, otherwise: "\(field) is \(seen) kB, not \(wanted)")
  }

  /// Sixteen frames in a row, three times.
  private func proveFolios(_ trial: Trial) throws(CaseEnd) {
    let frames = try area.frames(trial)
    let inRow = (0..<frames.count).allSatisfy { page in
      let first = frames[page / 16 * 16]
      return first % 16 == 0 && frames[page] == first + UInt64(page % 16)
    }
    try trial.prove(inRow, otherwise: "no three folios of 64 KiB came")
  }

  private func makeDirty() {
    // What the layout says is tracked is what is stored to; the same byte, so that content stays.
    for page in 0..<model.layout.count where model.pages[page].bit == .set {
      Memory.store(area.address(page, at: 0x40), model.layout.pattern(page))
      if area.ground.isMappedHuge { break }
    }
  }

  // MARK: protecting

  /// Opens the tracker that the cell's steps need, and registers the range.
  private mutating func watch(_ trial: Trial, _ cell: Cell) throws(CaseEnd) {
    var features: Userfaultfd.Features = []
    if cell.setting == .async { features.insert(.writeProtectAsync) }
    if cell.setting.marksHoles, cell.ground.isAnonymous {
      features.insert(.writeProtectUnpopulated)
    }
    if cell.event.has(.forkEvent) { features.insert(.eventFork) }
    if cell.event.has(.mremapEvent) { features.insert(.eventRemap) }
    try watch(trial, features: features, cell.setting == .copy)
  }

  /// Opens a tracker and registers the range.
  mutating func watch(_ trial: Trial, features: Userfaultfd.Features, _ missing: Bool = false)
    throws(CaseEnd)
  {
    let tracker = try Tracker(trial, features: features, pageSize: area.ground.pageSize)
    let range = area.range
    let modes: Userfaultfd.Modes = missing ? [.missing, .writeProtect] : .writeProtect
    try tracker.call("UFFDIO_REGISTER") { (uffd) throws(Errno) in
      _ = try uffd.register(range, for: modes)
    }
    self.tracker = tracker
  }

  /// Protects pages, or lifts their protection, in one call.
  func protect(_ trial: Trial, _ pages: Range<Int>, _ on: Bool = true) throws(CaseEnd) {
    guard let tracker else { throw .error("nothing protects in this cell") }
    let range = area.range(pages)
    try tracker.call("UFFDIO_WRITEPROTECT") { (uffd) throws(Errno) in
      if on { try uffd.writeProtect(range) } else { try uffd.unprotect(range) }
    }
  }

  private func protectEach(_ trial: Trial) throws(CaseEnd) {
    for page in 0..<model.layout.count where model.layout.isTracked(page, model.setting) {
      try protect(trial, page..<(page + 1))
    }
  }

  private func copyIn(_ trial: Trial) throws(CaseEnd) {
    guard let tracker else { return }
    let size = area.ground.pageSize
    let source = try trial.attempt(
      "mapping a source", try Mapping(anonymous: size, .private).relinquish())
    for page in populated() {
      area.fill(at: source.start, with: model.layout.pattern(page))
      let (target, isTracked) = (area.range(page), model.layout.isTracked(page, .copy))
      try tracker.call("UFFDIO_COPY") { (uffd) throws(Errno) in
        _ = try uffd.copy(from: source.start, to: target, writeProtected: isTracked)
      }
    }
  }

  /// The file's pages come by another mapping, the entries by loads and a few stores.
  private func populateThroughMarkers(_ trial: Trial) throws(CaseEnd) {
    guard let tracker else { return }
    let layout = model.layout
    let pages = populated()
    if area.ground.hasFile, let file = area.file {
      let other = try trial.attempt(
        "mapping the file again",
        try Mapping(
          file: file.descriptor, length: area.whole.length, .shared, aligned: Memory.hugePageSize
        ).relinquish())
      for page in pages {
        area.fill(at: other.start + area.fileOffset(page), with: layout.pattern(page))
      }
      try trial.attempt("unmapping it", try other.unmap())
    }
    for page in pages where !layout.comesByStore(page) {
      let what = "a load through the marker of page \(page)"
      try trial.expectNoEvent(tracker, what, _ = Memory.load(area.address(page)))
    }
    for page in pages where layout.comesByStore(page) {
      let address = area.address(page, at: Content.offsets[1])
      let what = "a store to page \(page), protected while empty"
      let wanted: [FaultEvent.Kind] = layout.isTracked(page, .before) ? [.writeProtect] : []
      try trial.expectEvents(wanted, tracker, what, Memory.store(address, 0x77))
    }
  }
}
