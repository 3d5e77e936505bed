public import GuestKit
internal import GuestProtocol
public import LinuxMM

private let settings = "/sys/kernel/mm/ksm/"

extension Requirement {
  /// Equal pages can be merged.
  public static let merging = Requirement("ksm") {
    TextFile.exists(settings + "run") ? nil : Lacking(.config, "no \(settings)run (CONFIG_KSM)")
  }
}

/// KSM at full speed; as it was, with nothing merged, at the end of the value.
public struct Merger: ~Copyable {
  private let pages: Knob
  private let pause: Knob
  private let run: Knob

  public init() throws(Errno) {
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

  /// Waits until a condition holds; false after the limit, which is more in a slow guest.
  public borrowing func wait(
    within limit: Duration = .seconds(5), until condition: () throws(CaseEnd) -> Bool
  ) throws(CaseEnd) -> Bool {
    let deadline = System.nanoseconds + limit.scaledMilliseconds * 1_000_000
    while try !condition() {
      guard System.nanoseconds < deadline else { return false }
      System.sleep(milliseconds: 5)
    }
    return true
  }

  /// Merges no more, and leaves merged what is.
  public borrowing func stop() throws(Errno) {
    try TextFile.write("0", to: settings + "run")
  }
}

public func mergerRounds(_ trial: Trial) throws(CaseEnd) -> UInt64 {
  let text = try trial.attempt("full_scans", try TextFile.read(settings + "full_scans"))
  return UInt64(Knob.selected(text)) ?? 0
}
