/// A rule that takes combinations out of the table.
struct Exclusion: Sendable {
  let reason: String
  let takes: @Sendable (Cell) -> Bool

  init(_ reason: String, _ takes: @escaping @Sendable (Cell) -> Bool) {
    self.reason = reason
    self.takes = takes
  }

  /// The rules; the first that takes a combination gives the reason.
  static let all: [Exclusion] = grounds + steps + settings + economy

  /// Settings that a ground cannot have.
  private static let grounds: [Exclusion] = [
    Exclusion("files are write-protected asynchronously only") {
      $0.ground.isPlainFile && $0.setting != .async
    },
    Exclusion("clear_refs passes hugetlb by") {
      $0.ground.isHugetlb && $0.setting == .softdirty
    },
    Exclusion("folios come by plain faults, not over markers nor by UFFDIO_COPY") {
      $0.ground.isLarge && [.before, .copy, .hole].contains($0.setting)
    },
    Exclusion("protecting part of what is mapped huge maps it by entries: thp-ptes, shmem") {
      $0.ground.isMappedHuge && $0.setting == .pages
    },
    Exclusion("merged pages are there before they are protected, and no longer merged once written")
    {
      $0.ground == .ksm && [.before, .copy, .hole, .softdirty].contains($0.setting)
    },
    Exclusion("the zero page is there before it is protected, and gone once written") {
      $0.ground == .zero && [.before, .copy, .hole, .softdirty].contains($0.setting)
    },
  ]

  /// Steps that a ground cannot take.
  private static let steps: [Exclusion] = [
    Exclusion("hugetlb pages, files and the zero page do not go to swap") { cell in
      cell.hasAny([.swap, .swapoff, .reclaim])
        && (cell.ground.isHugetlb || cell.ground.isPlainFile || cell.ground == .zero)
    },
    Exclusion("MADV_PAGEOUT and move_pages leave pages that are mapped more than once") {
      $0.ground == .ksm && $0.hasAny([.swap, .swapoff, .migrate])
    },
    Exclusion("the zero page, and ramfs's pages, do not move") {
      $0.event.has(.migrate) && ($0.ground == .zero || $0.ground.isPlainFile)
    },
    Exclusion("base pages are not split") { $0.event.has(.split) && !$0.ground.isLarge },
    Exclusion("only whole areas in anonymous entries are asked to collapse: thp-ptes") {
      $0.event.has(.collapse) && $0.ground != .thpEntries
    },
    Exclusion("there is no file to punch or cut") {
      $0.hasAny([.remove, .truncate]) && !$0.ground.hasFile
    },
    Exclusion("ramfs cannot punch holes") { $0.event.has(.remove) && $0.ground.isPlainFile },
    Exclusion("only anonymous base pages are merged here") {
      $0.event.has(.ksm) && $0.ground != .anon
    },
  ]

  /// Steps that a setting cannot take.
  private static let settings: [Exclusion] = [
    Exclusion("a hole has no page that could go anywhere") {
      $0.setting == .hole
        && $0.hasAny([.swap, .swapoff, .reclaim, .migrate, .split, .collapse, .ksm])
    },
    Exclusion("loads through anonymous markers bring the zero page, which stays where it is") {
      $0.setting == .before && $0.ground.isAnonymous
        && $0.hasAny([.swap, .swapoff, .reclaim, .migrate, .ksm])
    },
    Exclusion("soft-dirty has no userfaultfd to hear of events or to protect with") {
      $0.setting == .softdirty && $0.hasAny([.forkEvent, .mremapEvent, .protect, .unprotect])
    },
    Exclusion("a file's pages lose soft-dirty with their entry: softdirty.swap-shmem-lost") {
      $0.setting == .softdirty && $0.ground.isShared
        && $0.hasAny([.swap, .swapoff, .reclaim, .dontneed, .zap, .remove, .truncate])
    },
    Exclusion("taking part of a shared huge page unmaps it, and soft-dirty goes with the entry") {
      $0.setting == .softdirty && $0.ground == .shthp && $0.hasAny([.mprotect, .unmap, .split])
    },
    Exclusion("protection has unmapped the shared huge page: nothing is there to split or move") {
      $0.setting.isProtection && $0.ground == .shthp
        && $0.hasAny([.split, .migrate, .swap, .reclaim])
    },
    Exclusion("a merged page loses soft-dirty: softdirty.ksm-loses") {
      $0.setting == .softdirty && $0.event.has(.ksm)
    },
  ]

  /// Combinations that say nothing new for the time they take.
  private static let economy: [Exclusion] = [
    Exclusion("pairs start from the irregular pattern") { cell in
      guard cell.event.steps.count > 1 else { return false }
      switch cell.setting {
      case .pages, .softdirty: return false
      case .async: return !(cell.ground.isAnonymous && cell.event.has(.protect))
      case .hole: return !(cell.ground == .anon || cell.ground == .shmem)
      case .after: return !(cell.ground == .thp)
      default: return true
      }
    },
    Exclusion("one step is enough for pages that are like no others") {
      $0.event.steps.count > 1
        && [.ksm, .zero, .shthp, .file, .filepriv].contains($0.ground)
    },
    Exclusion("a swap area of its own takes long to make: three grounds stand for all") {
      $0.event.has(.swapoff)
        && !([.anon, .shmem, .shmempriv].contains($0.ground)
          && [.pages, .softdirty].contains($0.setting))
    },
    Exclusion("KSM takes its time: the irregular pattern stands for all") {
      ($0.event.has(.ksm) || $0.ground == .ksm) && $0.setting != .pages
    },
    Exclusion("KSM takes its time: four steps on merged pages stand for all") {
      $0.ground == .ksm
        && !($0.event.steps.isEmpty || $0.hasAny([.forkEvent, .mprotect, .reclaim]))
    },
    Exclusion("a group takes long to squeeze: the irregular pattern stands for all") {
      $0.event.has(.reclaim) && ![.pages, .softdirty].contains($0.setting)
    },
    Exclusion("pages that were copied in are like others but for what makes or copies entries") {
      ($0.setting == .copy || $0.setting == .before)
        && $0.hasAny([.mprotect, .mremap, .mremapEvent, .unmap, .zap, .truncate, .reclaim])
    },
    Exclusion("512 entries take long: pairs without split or collapse are mthp's") {
      $0.ground == .thpEntries && $0.event.steps.count > 1 && !$0.hasAny([.split, .collapse])
    },
    Exclusion("huge pages take long to clear: private pairs without a child are hugetlb's") {
      $0.ground == .hugetlbpriv && $0.event.steps.count > 1 && !$0.hasAny([.fork, .forkEvent])
    },
    Exclusion("the zero page is one: a range and single pages are the same") {
      $0.ground == .zero && $0.setting == .after
    },
    Exclusion("a pair on huge pages is long: those with swap, split and fork stand for all") {
      $0.ground == .thp && $0.event.steps.count > 1 && !($0.setting == .after && $0.isHugePair)
    },
  ]
}

extension Cell {
  /// Whether any of the steps is part of the event.
  func hasAny(_ steps: [Step]) -> Bool { event.steps.contains { steps.contains($0) } }

  /// A pair that huge pages are worth.
  var isHugePair: Bool {
    event.steps.count == 2 && [.split, .swap, .fork].contains(event.steps[0])
      && [.swap, .fork, .forkEvent].contains(event.steps[1])
  }
}
