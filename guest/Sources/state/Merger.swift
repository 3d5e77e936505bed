import GuestKit
import LinuxMM
import UffdWP

extension Area {
  /// Merges the pages that are there into one, and leaves it at that.
  func merge(_ trial: Trial, _ setting: [Int]) throws(CaseEnd) {
    let merged = range
    try trial.attempt("MADV_MERGEABLE", try merged.advise(.mergeable))
    merger = try trial.attempt("setting KSM", try Merger())
    let isDone = try merger?.wait(within: .seconds(6)) { () throws(CaseEnd) in
      let frames = try frames(trial)
      let first = frames[setting[0]]
      return first != 0 && setting.allSatisfy { frames[$0] == first }
    }
    try trial.prove(
      isDone == true, otherwise: "\(setting.count) equal pages were not merged within 6 s")
    try trial.attempt("stopping KSM", try merger?.stop())
  }
}
