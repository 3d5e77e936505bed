/// One field of the table: an event, a ground and a setting.
public struct Cell: Sendable {
  public let event: Event
  public let ground: Ground
  public let setting: Setting

  public init(_ event: Event, _ ground: Ground, _ setting: Setting) {
    self.event = event
    self.ground = ground
    self.setting = setting
  }

  /// The case's name.
  public var name: String { "state.\(event.name)/\(ground.rawValue)/\(setting.rawValue)" }

  /// What holds when the case passes.
  public var summary: String {
    let what =
      setting.isProtection ? "protection" : "soft-dirty bits"
    guard !event.steps.isEmpty else { return "\(what) is seen, faults once, and can be lifted" }
    var text = "\(what) is as documented after:"
    for step in event.steps { text += " \(step.rawValue)" }
    return text
  }

  /// Every combination, in the order of the table; each is a case or excluded.
  public static var all: [Cell] {
    var cells: [Cell] = []
    for event in Event.all {
      for ground in Ground.allCases {
        for setting in Setting.allCases { cells.append(Cell(event, ground, setting)) }
      }
    }
    return cells
  }

  /// Why this combination is no case; nil when it is one.
  public var exclusion: String? { Exclusion.all.first { $0.takes(self) }?.reason }
}
