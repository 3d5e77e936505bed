internal import Foundation
internal import Lab
internal import Machine
internal import Reports
internal import Results

/// The guests that this user's processes keep.
struct KeptGuests {
  /// Each with where to ask about it.
  let guests: [(record: KeptGuestRecord, socket: String)]
  /// The sockets at which nobody answers any more.
  let stale: [String]

  /// Asks every process that keeps guests.
  static func find() throws -> KeptGuests {
    var guests: [(record: KeptGuestRecord, socket: String)] = []
    var stale: [String] = []
    for socket in RunDirectory.controlSockets() {
      do {
        guard case .guests(let records) = try ControlSocket.ask(.guests, at: socket) else {
          continue
        }
        guests += records.map { ($0, socket) }
      } catch ControlSocket.Failure.stale {
        stale.append(socket)
      }
    }
    return KeptGuests(guests: guests, stale: stale)
  }

  /// Prints how to look at each.
  func show() {
    var text = ""
    let report = KeptGuestReport(program: Terminal.program)
    for guest in guests { report.write(guest.record, to: &text) }
    Terminal.out(text)
    if guests.isEmpty { Terminal.err("no guest is kept; `faultline run --keep` keeps one\n") }
    for socket in stale { Terminal.err(Self.words(stale: socket)) }
  }

  /// Where to ask about a guest.
  ///
  /// - Throws: `UsageFailure` when there is none of that name.
  func socket(of name: String) throws -> String {
    if let guest = guests.first(where: { $0.record.name == name }) { return guest.socket }
    let known = guests.map(\.record.name)
    var words = "there is no kept guest “\(name)”\n  kept:  "
    words +=
      known.isEmpty ? "none; `faultline run --keep` keeps one" : known.joined(separator: ", ")
    for socket in stale { words += "\n  note:  " + Self.words(stale: socket).dropLast() }
    throw UsageFailure(words)
  }

  private static func words(stale socket: String) -> String {
    "\(socket): the process that kept a guest there was killed, and its guest with it\n"
  }
}
