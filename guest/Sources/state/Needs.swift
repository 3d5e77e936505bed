import GuestKit
import GuestProtocol
import LinuxMM
import StateModel
import UffdWP

extension Requirement {
  /// The same, found out now and once: for what cannot change while the program runs.
  fileprivate var once: Requirement {
    let found = lacking()
    return Requirement(name) { found }
  }
}

/// What the cells need, and the kernel has or has not; hundreds of cases ask for it.
enum Needs {
  static let anonymous = Requirement.writeProtectAnon.once
  static let files = Requirement.writeProtectFiles.once
  static let async = Requirement.writeProtectAsync.once
  static let markers = Requirement.writeProtectUnpopulated.once
  static let forkEvent = Requirement.eventFork.once
  static let remapEvent = Requirement.eventRemap.once
  static let softDirty = Requirement.softDirty.once
  static let splitting = Requirement.splitHugePages.once
  static let collapse = Requirement.collapse.once
  static let hugetlbZap = Requirement.hugetlbDontNeed.once
  static let reclaim = Requirement.askedReclaim.once

  /// Write-protection on a ground.
  static func writeProtect(_ ground: Ground) -> Requirement {
    if ground.isAnonymous { return anonymous }
    return ground.isPlainFile ? async : files
  }
}

extension Requirement {
  /// A control group can be asked to give memory back.
  fileprivate static let askedReclaim = Requirement("memory-reclaim") { () -> Lacking? in
    if let lacking = cgroupMemory.lacking() { return lacking }
    do throws(Errno) {
      let group = try MemoryGroup()
      return group.canBeAsked
        ? nil : Lacking(.feature, "no memory.reclaim in a control group (Linux 5.19)")
    } catch { return Lacking(.config, "making a control group failed with \(error)") }
  }
}

extension Cell {
  /// What the kernel and the machine must have.
  var requirements: [Requirement] {
    var needs = groundNeeds
    if setting.isProtection { needs.append(Needs.writeProtect(ground)) }
    switch setting {
    case .async: if !ground.isPlainFile { needs.append(Needs.async) }
    case .before, .hole: if ground.isAnonymous { needs.append(Needs.markers) }
    case .softdirty: needs.append(Needs.softDirty)
    default: break
    }
    for step in event.steps { needs += step.needs(ground) }
    return needs
  }

  private var groundNeeds: [Requirement] {
    switch ground {
    case .hugetlb, .hugetlbpriv: [.hugePages(16)]
    case .thp, .thpEntries: [.transparentHugePages]
    case .shthp: [.transparentHugePages, .shmemHugePages]
    case .mthp: [.folios64K]
    case .ksm: [.root, .merging]
    case .file, .filepriv: [.ramfs]
    default: []
    }
  }
}

extension Requirement {
  /// A file system that is neither tmpfs nor a disk's, where init mounts it.
  fileprivate static let ramfs = Requirement("ramfs") { () -> Lacking? in
    let mounts = (try? TextFile.read("/proc/mounts")) ?? ""  // unreadable is as good as absent
    let isThere = mounts.utf8.split(separator: 10).contains { line in
      let fields = line.split(separator: 32)
      return fields.count > 2 && fields[1].elementsEqual("/mnt".utf8)
        && fields[2].elementsEqual("ramfs".utf8)
    }
    return isThere ? nil : Lacking(.resource, "no ramfs at /mnt")
  }
}

extension Step {
  fileprivate func needs(_ ground: Ground) -> [Requirement] {
    switch self {
    case .swap: [.swap]
    case .swapoff: [.swap, .zram]
    case .split: [Needs.splitting]
    case .collapse: [Needs.collapse]
    case .migrate: [.numaNodes(2), .root]
    case .forkEvent: [Needs.forkEvent]
    case .mremapEvent: [Needs.remapEvent]
    case .dontneed, .zap: ground.isHugetlb ? [Needs.hugetlbZap] : []
    case .reclaim: [.swap, Needs.reclaim]
    case .ksm: [.root, .merging]
    default: []
    }
  }
}
