// What a child does, done on paper: its parent has to know.
extension Model {
  /// What the child stores.
  public static func childByte(_ page: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 0x40 &+ page &* 5)
  }

  /// The child's loads; what they raise.
  public mutating func rehearseLoads() -> [(page: Int, what: Raised)] {
    var raised: [(page: Int, what: Raised)] = []
    for page in layout.asked where page % 3 != 0 && !pages[page].isGone {
      for what in load(page) { raised.append((page, what)) }
    }
    return raised
  }

  /// The child's stores; what they raise.
  public mutating func rehearseStores() -> [(page: Int, what: Raised)] {
    var raised: [(page: Int, what: Raised)] = []
    for page in layout.asked where !pages[page].isGone {
      for what in store(page, Model.childByte(page), 1) { raised.append((page, what)) }
    }
    return raised
  }

  /// All that a child does.
  public mutating func rehearse() {
    _ = rehearseLoads()
    _ = rehearseStores()
    for page in 0..<layout.count where !pages[page].isGone { _ = load(page) }
  }

  /// What the child stored into shared memory is there for everybody; entries stay one's own.
  public mutating func share(with child: Model) {
    for page in 0..<layout.count where !pages[page].isGone {
      pages[page].isCached = child.pages[page].isCached
      pages[page].cached = child.pages[page].cached
    }
  }

  /// A page's protection is lifted.
  public mutating func release(_ page: Int) { pages[page].bit = .clear }

  /// Another userfaultfd watches the range.
  public mutating func watchAgain() { isRegistered = true }
}
