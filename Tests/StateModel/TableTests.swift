import Testing

@testable import StateModel

@Suite("The table of states")
struct TableTests {
  @Test("every combination is a case or excluded with a reason")
  func complete() {
    let wanted = Event.all.count * Ground.allCases.count * Setting.allCases.count
    #expect(Cell.all.count == wanted)
    for cell in Cell.all {
      guard let reason = cell.exclusion else { continue }
      #expect(reason.count > 20, "\(cell.name)")
    }
  }

  @Test("names are unique, even where words of events run together")
  func uniqueNames() {
    let names = Cell.all.map { $0.name }
    #expect(Set(names).count == names.count)
    #expect(Set(Event.all.map { $0.name }).count == Event.all.count)
  }

  @Test("every rule takes something, or it is dead", arguments: Exclusion.all.indices)
  func rulesLive(_ index: Int) {
    let rule = Exclusion.all[index]
    let first = Cell.all.first { cell in
      Exclusion.all.firstIndex { $0.takes(cell) } == index
    }
    #expect(first != nil, "\(rule.reason)")
  }

  @Test("every ground, setting and step has a case")
  func nothingLeftOut() {
    let cases = Cell.all.filter { $0.exclusion == nil }
    for ground in Ground.allCases { #expect(cases.contains { $0.ground == ground }) }
    for setting in Setting.allCases { #expect(cases.contains { $0.setting == setting }) }
    for step in Step.allCases { #expect(cases.contains { $0.event.has(step) }, "\(step)") }
    for event in Event.all {
      #expect(cases.contains { $0.event.name == event.name }, "\(event.name)")
    }
  }

  @Test("every layout has tracked and untracked neighbours")
  func irregular() {
    for cell in Cell.all where cell.exclusion == nil {
      let layout = Layout(cell.ground)
      let tracked = (0..<layout.count).map { layout.isTracked($0, cell.setting) }
      #expect(tracked.contains(true) && tracked.contains(false), "\(cell.name)")
      #expect(zip(tracked, tracked.dropFirst()).contains { $0 != $1 }, "\(cell.name)")
      #expect(layout.asked.allSatisfy { (0..<layout.count).contains($0) })
      #expect(layout.asked.contains { tracked[$0] } && layout.asked.contains { !tracked[$0] })
      if cell.ground == .ksm { continue }
      #expect((1..<layout.count).allSatisfy { layout.pattern($0) != layout.pattern($0 - 1) })
    }
  }
}
