import GuestKit
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
    // Reading smaps is what takes longest.
    if setting == .pages { try scene.lookAtCounters(trial, "after the last step") }
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
}

extension Scene {
  /// Gives everything up.
  func leave(_ trial: Trial) throws(CaseEnd) {
    try trial.attempt("munmap", try area.range.unmap())
    for part in area.surroundings { try trial.attempt("munmap", try part.unmap()) }
    area.file = nil
  }
}
