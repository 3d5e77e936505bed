import GuestKit
import GuestProtocol
import LinuxMM

private let settings = "/sys/kernel/mm/ksm/"

extension Requirement {
  /// Equal pages can be merged.
  static let merging = Requirement("ksm") {
    TextFile.exists(settings + "run") ? nil : Lacking(.config, "no \(settings)run (CONFIG_KSM)")
  }
}

/// KSM at full speed; as it was, with nothing merged, at the end of the value.
struct Merger: ~Copyable {
  private let pages: Knob
  private let pause: Knob
  private let run: Knob

  init() throws(Errno) {
    let pages = try Knob(settings + "pages_to_scan", to: "4000")
    let pause = try Knob(settings + "sleep_millisecs", to: "1")
    let run = try Knob(settings + "run", to: "1")
    self.pages = pages
    self.pause = pause
    self.run = run
  }

  deinit {
    _ = try? TextFile.write("2", to: settings + "run")  // what stays merged harms nobody
  }
}

extension Area {
  /// Merges the pages that are there into one, and leaves it at that.
  func merge(_ trial: Trial, _ setting: [Int]) throws(CaseEnd) {
    let merged = range
    try trial.attempt("MADV_MERGEABLE", try merged.advise(.mergeable))
    merger = try trial.attempt("setting KSM", try Merger())
    let deadline = System.nanoseconds + Duration.seconds(6).scaledMilliseconds * 1_000_000
    while true {
      let frames = try frames(trial)
      let first = frames[setting[0]]
      if first != 0, setting.allSatisfy({ frames[$0] == first }) { break }
      guard System.nanoseconds < deadline else {
        throw .unexercised("\(setting.count) equal pages were not merged within 6 s")
      }
      System.sleep(milliseconds: 5)
    }
    try trial.attempt("stopping KSM", try TextFile.write("0", to: settings + "run"))
  }
}
