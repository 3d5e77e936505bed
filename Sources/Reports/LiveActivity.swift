import Results

/// What each kernel's guest does at the moment.
struct LiveActivity {
  /// One kernel's guest.
  struct Guest {
    let kernel: String
    /// The kernel, and its machine where the run has several.
    var place: String
    /// How slow it is, in percent.
    var slowness = 100
    /// The words behind the place: the suite, or that it boots.
    var doing = ""
    var suite = ""
    /// The case that runs, and since when, as time since the run began.
    var running: (name: String, since: Duration)?
    fileprivate var hasEnded = false
  }

  private(set) var guests: [Guest] = []

  /// The guest of which something was heard last.
  private(set) var latest: Guest?

  /// A guest is started; what came before it is over.
  mutating func boot(_ kernel: String, place: String) {
    guests.removeAll { $0.hasEnded || $0.kernel == kernel }
    guests.append(Guest(kernel: kernel, place: place, doing: "booting"))
    latest = guests.last
  }

  /// Changes what is known of a kernel's guest, which need not have been announced.
  mutating func update(_ kernel: String, place: String, _ change: (inout Guest) -> Void) {
    let index = guests.firstIndex { $0.kernel == kernel }
    var guest = index.map { guests[$0] } ?? Guest(kernel: kernel, place: place)
    change(&guest)
    if let index { guests[index] = guest } else { guests.append(guest) }
    latest = guest
  }

  mutating func end(_ kernel: String, place: String, _ end: GuestEnd) {
    update(kernel, place: place) { guest in
      guest.doing = end == .clean ? "" : end.phrase
      guest.running = nil
      guest.hasEnded = true
    }
  }
}
