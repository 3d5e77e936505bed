import GuestKit
import LinuxMM
import StateModel

// A child and what it finds.
extension Scene {
  /// A child that no userfaultfd watches finds no bit and stores unheard.
  mutating func fork(_ trial: Trial) throws(CaseEnd) {
    var child = Scene(area: area, tracker: nil, model: model.child(withEvent: false))
    let mark = tracker?.log.count ?? 0
    try trial.inChild("the child's loads and stores end") { [child] (trial) throws(CaseEnd) in
      var child = child
      try child.look(trial, "in the child")
      try child.askLoads(trial)
      try child.askChildStores(trial)
      try child.askContent(trial, "in the child")
    }
    if let tracker { try trial.expectEvents([], in: tracker, after: mark, "the child's life") }
    child.model.rehearse()
    model.apply(.fork)
    model.share(with: child.model)
  }

  /// A child whose userfaultfd came with the event finds its parent's bits, and its stores fault there.
  mutating func forkWithEvent(_ trial: Trial) throws(CaseEnd) {
    guard let tracker else { throw .error("no userfaultfd could hear of a fork") }
    var rehearsed = model.child(withEvent: true)
    let child = Scene(area: area, tracker: nil, model: rehearsed)
    let mark = tracker.log.count
    let companion = try trial.fork { (trial, line) throws(CaseEnd) in
      var child = child
      try child.look(trial, "in the child")
      try line.turn(try child.askLoads(trial))
      try line.turn(try child.askChildStores(trial))
      try child.look(trial, "in the child after its stores")
      try child.askContent(trial, "in the child")
    }
    let served = try tracker.forked()
    try expect(
      trial, served, rehearsed.rehearseLoads(), "the child's loads",
      try companion.turn("the child's loads end"))
    try expect(
      trial, served, rehearsed.rehearseStores(), "the child's stores",
      try companion.turn("the child's stores end"))
    try companion.finish()
    try trial.expectEvents([.fork], in: tracker, after: mark, "a fork and the child's life")
    model.apply(.forkEvent)
    model.share(with: rehearsed)
  }

  /// The child's faults are these, in this order.
  private func expect(
    _ trial: Trial, _ served: Tracker, _ raised: [(page: Int, what: Model.Raised)],
    _ what: String, _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = served.log.count
    try action()
    let events = served.log.events(after: mark)
    for (index, event) in events.enumerated() {
      guard case .fault(let fault) = event else { continue }
      let page = Int((fault.address - area.range.start) / area.ground.pageSize)
      let wanted = index < raised.count ? raised[index] : nil
      let isWanted =
        wanted?.page == page && (wanted?.what == .missing) == (fault.kind == .missing)
      guard !isWanted else { continue }
      let expected = wanted.map { "a fault at page \($0.page)" } ?? "no further fault"
      throw .failed(
        expected: "\(what): fault \(index + 1): \(expected)",
        seen: "\(what): \(fault.kind) at \(model.story(page))")
    }
    guard events.count != raised.count else { return }
    throw .failed(
      expected: "\(what): \(raised.count) faults at the child's userfaultfd",
      seen: "\(what): \(events.count); none at \(model.story(raised[events.count].page))")
  }

  /// The child's own stores: other values than the parent's.
  private mutating func askChildStores(_ trial: Trial) throws(CaseEnd) {
    for page in model.layout.asked where !model.pages[page].isGone {
      let value = Model.childByte(page)
      _ = model.store(page, value, 1)
      Memory.store(area.address(page, at: Content.offsets[1]), value)
    }
  }
}
