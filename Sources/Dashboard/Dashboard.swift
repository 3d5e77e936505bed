package import Foundation
import GuestProtocol
import Reports
package import Results
package import Store
import Synchronization

/// The pages over a history: takes a request, asks the history, answers a page.
///
/// Nothing in it changes anything.
package final class Dashboard: Sendable {
  let history: History
  let listings: [CaseListing]
  let knownIssues: KnownIssues
  private let names: HostNames
  let tallies = Tallies()
  let live: LiveRuns

  /// Makes the pages; `listings` is what the programs declare of their cases.
  package init(
    _ history: History, listings: [CaseListing] = [], knownIssues: KnownIssues = KnownIssues(),
    names: HostNames = HostNames()
  ) {
    self.history = history
    self.listings = listings
    self.knownIssues = knownIssues
    self.names = names
    live = LiveRuns(besides: history.path)
  }

  /// Answers one request.
  package func answer(_ request: RequestHead) -> Answer {
    guard names.allows(request.host) else {
      return .trouble(
        421,
        "This server does not go by that name. Use its address in digits or localhost, or start it with --name NAME."
      )
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      var answer = Answer.trouble(405, "This server only shows; it takes GET and HEAD.")
      answer.headers.append(("Allow", "GET, HEAD"))
      return answer
    }
    if request.hasBody { return .trouble(413, "A request that asks for a page has no body.") }
    guard let page = PageLink.Page(rawValue: request.path) else {
      return .trouble(404, "There is no such page.")
    }
    do {
      return try answer(page, request)
    } catch let error as HistoryError {
      // Its words name the history's file, which is nobody's business but the host's.
      return Self.words(error)
    } catch {
      return .trouble(500, "The page could not be made.")
    }
  }

  private func answer(_ page: PageLink.Page, _ request: RequestHead) throws -> Answer {
    switch page {
    case .runs: return Answer(200, try runs(request).text)
    case .run: return try run(request)
    case .case: return try testCase(request)
    case .compare: return Answer(200, try compare(request).text)
    case .live: return try live(request)
    }
  }

  private static func words(_ error: HistoryError) -> Answer {
    switch error {
    case .busy: .trouble(503, "Somebody is writing to the history. Try again in a moment.")
    case .newer, .older: .trouble(500, "The history was changed by another version of faultline.")
    default: .trouble(500, "The history cannot be read.")
    }
  }

  /// Counts what the first page needs, so that nobody waits for it.
  package func warm() {
    // Whatever fails here is said to whoever asks for the page.
    try? history.runs(limit: RunsPage.size, offset: 0).forEach {  // see above
      _ = try tallies.counts(of: $0, history)
    }
  }
}

/// How often each verdict occurs in a run, counted once: a run of the history never changes.
final class Tallies: Sendable {
  private let known = Mutex<[StoredRun.Key: [VerdictCount]]>([:])
  /// More runs than this are not remembered.
  private static let maximum = 2_000

  func counts(of run: StoredRun, _ history: History) throws -> [VerdictCount] {
    if let counts = known.withLock({ $0[run.key] }) { return counts }
    let counts = try history.verdicts(of: run)
    known.withLock { known in
      if known.count >= Self.maximum { known.removeAll() }
      known[run.key] = counts
    }
    return counts
  }
}
