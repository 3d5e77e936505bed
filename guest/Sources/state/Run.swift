import GuestKit
import GuestProtocol
import LinuxMM
import StateModel

extension Cell {
  /// The case's body: sets the scene, lets things happen, and asks.
  func run(_ trial: Trial) throws(CaseEnd) {
    let free = try freeHugePages(trial)
    var scene = try Scene.set(self, trial)
    try scene.look(trial, "before anything happens")
    for (index, step) in event.steps.enumerated() {
      try scene.perform(step, trial)
      try scene.look(trial, "after step \(index + 1)")
    }
    try scene.lookAtCounters(trial, "after the last step")
    try scene.ask(trial)
    guard ground.isHugetlb else { return }
    try scene.leave(trial)
    let left = try freeHugePages(trial)
    try trial.expect(left, equals: free, "free and unreserved huge pages with the mapping gone")
  }

  private func freeHugePages(_ trial: Trial) throws(CaseEnd) -> UInt64 {
    guard ground.isHugetlb else { return 0 }
    return try trial.attempt("reading meminfo", try HugePages.available())
  }

  /// What the kernel and the machine must have.
  var requirements: [Requirement] {
    var needs = groundNeeds
    if setting.isProtection { needs.append(Scene.writeProtect(ground)) }
    switch setting {
    case .async: needs.append(.writeProtectAsync)
    case .before, .hole: if ground.isAnonymous { needs.append(.writeProtectUnpopulated) }
    case .softdirty: needs.append(.softDirty)
    default: break
    }
    for step in event.steps { needs += step.needs(ground) }
    return needs
  }

  private var groundNeeds: [Requirement] {
    switch ground {
    case .hugetlb, .hugetlbpriv: [.hugePages(8)]
    case .thp, .thpEntries: [.transparentHugePages]
    case .shthp: [.transparentHugePages, .shmemHugePages]
    case .mthp: [.folios64K]
    case .ksm: [.root, .merging]
    default: []
    }
  }
}

extension Step {
  fileprivate func needs(_ ground: Ground) -> [Requirement] {
    switch self {
    case .swap: [.swap]
    case .swapoff: [.swap, .zram]
    case .split: [.splitHugePages]
    case .collapse: [.collapse]
    case .migrate: [.numaNodes(2), .root]
    case .forkEvent: [.eventFork]
    case .mremapEvent: [.eventRemap]
    case .dontneed, .zap: ground.isHugetlb ? [.hugetlbDontNeed] : []
    case .reclaim: [.swap, .cgroupMemory]
    case .ksm: [.root, .merging]
    default: []
    }
  }
}

extension Scene {
  /// Write-protection on a ground.
  static func writeProtect(_ ground: Ground) -> Requirement {
    if ground.isAnonymous { return .writeProtectAnon }
    return ground.isPlainFile ? .writeProtectAsync : .writeProtectFiles
  }

  /// Gives everything up.
  func leave(_ trial: Trial) throws(CaseEnd) {
    try trial.attempt("munmap", try area.range.unmap())
    try trial.attempt("munmap", try area.whole.unmap())
    area.file = nil
  }
}
