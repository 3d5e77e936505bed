import Testing

@testable import StateModel

@Suite("The model of pages")
struct ModelTests {
  private func model(_ ground: Ground, _ setting: Setting, _ steps: Step...) -> Model {
    var model = Model(Cell(Event(), ground, setting))
    for step in steps { model.apply(step) }
    return model
  }

  /// Pages 8 and 13 of the layout: a tracked page, and one that is not there, both in `part`.
  private let page = 8
  private let hole = 13

  @Test("anonymous memory forgets with the page, a file's leaves a marker")
  func zaps() {
    let anon = model(.anon, .pages, .dontneed)
    #expect(anon.pages[page].bit == .clear)
    #expect(anon.marks(page).wanted.isEmpty)
    #expect(anon.pages[page].visible == .zeros)
    let shared = model(.shmem, .pages, .dontneed)
    #expect(shared.marks(page).wanted == [.swapped, .tracked])
    #expect(shared.pages[page].visible == Content(fill: shared.layout.pattern(page)))
    let own = model(.shmempriv, .pages, .dontneed)
    #expect(own.marks(page).wanted == [.swapped, .tracked])
    #expect(own.pages[page].visible == .zeros)
    #expect(model(.hugetlb, .pages, .zap).marks(0).wanted == .tracked)
  }

  @Test("swap takes a bit along, as an entry or as a marker")
  func swaps() {
    #expect(model(.anon, .pages, .swap).marks(page).wanted == [.swapped, .tracked])
    #expect(model(.shmem, .pages, .swap).marks(page).wanted == [.swapped, .tracked])
    #expect(model(.shmem, .pages, .swap).marks(7).wanted.isEmpty)
    #expect(model(.anon, .pages, .swap).marks(7).wanted == .swapped)
    #expect(model(.anon, .pages, .swap, .load).marks(page).wanted == [.present, .tracked])
    #expect(model(.anon, .softdirty, .swap).marks(page).wanted == [.swapped, .tracked])
    #expect(model(.anon, .pages, .swap, .dontneed).pages[page].visible == .zeros)
  }

  @Test("a protected page raises one fault, a second store none; asynchronously not even that")
  func stores() {
    var sync = model(.anon, .pages)
    #expect(sync.store(page, 1, 0).count == 1)
    #expect(sync.store(page, 2, 1).isEmpty)
    #expect(sync.pages[page].visible.byte(0) == 1 && sync.pages[page].visible.byte(1) == 2)
    var async = model(.anon, .async)
    #expect(async.store(page, 1, 0).isEmpty)
    #expect(async.pages[page].bit == .clear)
    var dirt = model(.anon, .softdirty)
    #expect(dirt.store(7, 1, 0).isEmpty)
    #expect(dirt.pages[7].bit == .set)
  }

  @Test("a missing page is asked for, and its marker goes with the answer")
  func missing() {
    var copied = model(.shmem, .copy, .remove)
    #expect(copied.pages[page].bit == .set)
    #expect(copied.load(page).count == 1)
    #expect(copied.pages[page].bit == .clear)
    #expect(copied.pages[page].visible == Content(fill: 0x5c))
    var zapped = model(.shmem, .copy, .dontneed)
    #expect(zapped.load(page).isEmpty)
    #expect(zapped.pages[page].bit == .set)
  }

  @Test("anonymous holes are protected only where that was asked for")
  func holes() {
    #expect(model(.anon, .hole).pages[hole].bit == .set)
    #expect(model(.anon, .after).pages[hole].bit == .clear)
    #expect(model(.shmem, .after).pages[hole].bit == .set)
    var marked = model(.anon, .hole)
    _ = marked.load(hole)
    #expect(marked.marks(hole).wanted == [.present, .tracked])
    #expect(marked.isZeroPage(hole))
  }

  @Test("a child without the event has no bit, one with it has them all")
  func children() {
    let parent = model(.anon, .pages, .swap)
    let unheard = parent.child(withEvent: false)
    #expect(unheard.pages.allSatisfy { $0.bit == .clear })
    #expect(unheard.pages[page].place == .swapped)
    let heard = parent.child(withEvent: true)
    #expect(heard.pages[page] == parent.pages[page])
    var child = model(.shmem, .pages).child(withEvent: false)
    child.rehearse()
    var shared = model(.shmem, .pages, .fork)
    shared.share(with: child)
    #expect(shared.pages[page].visible.byte(1) == Model.childByte(page))
    var own = model(.shmempriv, .pages, .fork)
    own.share(with: child)
    #expect(own.pages[page].visible.byte(1) != Model.childByte(page))
  }

  @Test("moving without the event leaves everything behind; soft-dirty is set by moving")
  func moves() {
    let moved = model(.shmem, .pages, .dontneed, .mremap)
    #expect(moved.pages.allSatisfy { $0.bit == .clear })
    #expect(!moved.isRegistered)
    #expect(model(.shmem, .pages, .dontneed, .mremapEvent).pages[page].bit == .set)
    #expect(model(.anon, .softdirty, .mremap).pages[7].bit == .set)
  }

  @Test("cutting a file takes private copies too, punching does not; hugetlb's cut drops markers")
  func files() {
    #expect(model(.shmempriv, .pages, .remove).pages[page].place == .present)
    let cut = model(.shmempriv, .pages, .truncate)
    #expect(cut.marks(page).wanted == [.swapped, .tracked])
    #expect(model(.hugetlb, .pages, .truncate).marks(3).wanted.isEmpty)
    #expect(model(.hugetlb, .after, .remove).marks(1).wanted == .tracked)
  }

  @Test("what the kernel may exaggerate is not asserted, what it may not lose is")
  func exaggerations() {
    var huge = model(.thp, .softdirty)
    huge.brace(for: .mprotect)
    #expect(huge.pages[600].bit == .either)
    #expect(huge.pages[100].bit == .set)
    #expect(!huge.marks(600).certain.contains(.tracked))
  }

  @Test("a story tells what was done, in order")
  func stories() {
    let told = model(.anon, .pages, .swap, .fork).story(page)
    #expect(told == "page 8 (protected by itself, then swapped out, then forked without event)")
  }
}
