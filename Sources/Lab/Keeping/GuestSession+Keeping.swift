internal import Machine
internal import Results

extension GuestSession {
  /// Stops a guest that may have to be kept, before anything of it is lost.
  ///
  /// What is wrong with it shows in how it ended, or so far on its console only: a warning of the kernel.
  func hold(_ machine: Machine, _ feed: ConsoleFeed) async -> Bool {
    guard let shelf, shelf.hasRoom, !Task.isCancelled else { return false }
    switch await machine.end {
    case .kept, .panic, .hung, .broken: break
    case nil where feed.hasSplats: break
    default: return false
    }
    return await machine.hold()
  }

  /// Keeps the guest if a result says so, and ends it if not.
  ///
  /// - Returns: whether it was kept.
  func keep(
    _ candidate: Machine?, _ results: [CaseResult], _ guest: Results.GuestRecord
  ) async -> Bool {
    guard let candidate else { return false }
    guard let shelf, let result = results.first(where: { shelf.wants($0, guest) }) else {
      await candidate.destroy()
      return false
    }
    await shelf.put(candidate, result, guest, plan.kernel)
    let name = result.planned.name
    report(.notice("\(place): the guest is kept as it is after \(name); others go on"))
    return true
  }
}
