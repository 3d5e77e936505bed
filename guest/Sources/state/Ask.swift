import GuestKit
import LinuxMM
import StateModel

// What is asked by touching pages; each access changes the model as it should change the page.
extension Scene {
  /// Everything, at the end of a cell.
  mutating func ask(_ trial: Trial) throws(CaseEnd) {
    try askLoads(trial)
    try look(trial, "after loads")
    try askReleased(trial)
    try askStores(trial)
    try look(trial, "after stores")
    try askContent(trial, "at the end")
    try askOutside(trial)
  }

  /// The pages that are loaded; the others are stored to without.
  private func isLoaded(_ page: Int) -> Bool { page % 3 != 0 }

  /// Loads raise nothing but what missing pages raise, and see what should be there.
  mutating func askLoads(_ trial: Trial) throws(CaseEnd) {
    for page in model.layout.asked where isLoaded(page) && !model.pages[page].isGone {
      let content = model.pages[page].visible
      let raised = model.load(page)
      let wanted = raised.isEmpty ? content : model.pages[page].visible
      var seen: UInt8 = 0
      let address = area.address(page, at: Content.offsets[0])
      try expect(trial, raised, page, "a load") { seen = Memory.load(address) }
      guard seen != wanted.byte(0) else { continue }
      throw .failed(
        expected: "a load from \(model.story(page)): 0x\(hex(UInt64(wanted.byte(0))))",
        seen: "a load from page \(page): 0x\(hex(UInt64(seen)))")
    }
  }

  /// Some pages are released, and their stores below raise nothing.
  private mutating func askReleased(_ trial: Trial) throws(CaseEnd) {
    guard tracker != nil, model.isRegistered else { return }
    for page in model.layout.asked where page % 4 == 1 && !model.pages[page].isGone {
      try protect(trial, page..<(page + 1), false)
      model.release(page)
    }
    try look(trial, "after lifting some protection")
  }

  /// A store to each page raises one fault if it is protected, and the second one none.
  mutating func askStores(_ trial: Trial) throws(CaseEnd) {
    for page in model.layout.asked where !model.pages[page].isGone {
      for slot in 0..<2 {
        let value = UInt8(truncatingIfNeeded: 0xa5 ^ page &* 3 &+ slot)
        let story = slot == 0 ? "a store" : "a second store"
        let address = area.address(page, at: Content.offsets[slot])
        let raised = model.store(page, value, slot)
        try expect(trial, raised, page, story) { Memory.store(address, value) }
      }
    }
  }

  /// Runs an access and compares what it raised.
  private func expect(
    _ trial: Trial, _ raised: [Model.Raised], _ page: Int, _ what: String, _ access: () -> Void
  ) throws(CaseEnd) {
    guard let tracker else { return access() }
    let mark = tracker.log.count
    let kinds: [FaultEvent.Kind] = raised.map { $0 == .missing ? .missing : .writeProtect }
    try trial.expectEvents(kinds, tracker, "\(what) to \(model.story(page))", access())
    for event in tracker.log.events(after: mark) {
      guard case .fault(let fault) = event else { continue }
      let flags: UInt64 = fault.kind == .writeProtect ? 3 : fault.flags
      guard fault.address != area.address(page) || fault.flags != flags else { continue }
      throw .failed(
        expected:
          "\(what) to \(model.story(page)): a fault at 0x\(hex(area.address(page))), flags 3",
        seen: "a fault at 0x\(hex(fault.address)), flags \(fault.flags)")
    }
  }

  /// Every byte of every page.
  mutating func askContent(_ trial: Trial, _ when: String) throws(CaseEnd) {
    for page in 0..<model.layout.count where !model.pages[page].isGone {
      _ = model.load(page)
      guard let wrong = area.difference(page, model.pages[page].visible) else { continue }
      throw .failed(
        expected: "\(when), \(model.story(page)): "
          + "byte 0x\(hex(wrong.at)) is 0x\(hex(UInt64(wrong.expected)))",
        seen: "\(when), page \(page): byte 0x\(hex(wrong.at)) is 0x\(hex(UInt64(wrong.seen)))")
    }
  }

  /// Pages beside the range raise nothing and are what they were.
  private func askOutside(_ trial: Trial) throws(CaseEnd) {
    let mark = tracker?.log.count ?? 0
    for some in area.outside {
      for start in [some.start, some.end - area.ground.pageSize] {
        var piece = AddressRange(start: start, length: Memory.pageSize)
        if let found = Memory.firstDifference(piece, expecting: Area.outsideByte) {
          try trial.fail(
            expected: "the pages beside the range are as they were",
            seen: "byte 0x\(hex(found)) of one is 0x\(hex(UInt64(Memory.load(start + found))))")
        }
        piece.length = 1
        Memory.store(start, Area.outsideByte)
      }
    }
    guard let tracker else { return }
    try trial.expectEvents([], in: tracker, after: mark, "stores beside the range")
  }
}
