import Foundation
import Reports
import Results
import Store

/// What each page asks the history.
extension Dashboard {
  /// Runs of earlier nights that a case page shows.
  private static let nights = 30
  /// Red cases that stand above the matrix.
  private static let mostRed = 20
  /// Names that can be chosen for a comparison.
  private static let mostChoices = 100

  func runs(_ request: RequestHead) throws -> RunsPage {
    let page = request.query["page"].flatMap { Int($0) }.map { min(max($0, 1), 1_000_000) } ?? 1
    let stored = try history.runs(limit: RunsPage.size, offset: (page - 1) * RunsPage.size)
    let entries = try stored.map { run in
      RunsPage.Entry(
        listing: Self.listing(run), counts: try tallies.counts(of: run, history).map(Self.count),
        bootMilliseconds: try history.header(of: run).guests.compactMap(\.bootMilliseconds))
    }
    return RunsPage(
      running: try live.all().filter { try history.run(named: $0.run) == nil }.map {
        LivePage(run: $0.run, soFar: live.soFar($0))
      }, entries: entries,
      page: page, total: try history.runCount())
  }

  func run(_ request: RequestHead) throws -> Answer {
    guard let stored = try stored(request) else { return Self.noRun }
    let query = RunPageQuery(run: stored.name) { request.query[$0] }
    let targets = try history.targets(of: stored)
    var matrix = MatrixQuery()
    matrix.words = query.words
    matrix.marks = query.marks
    matrix.differs = query.differs
    matrix.target = query.column.flatMap { targets.indices.contains($0) ? targets[$0].id : nil }
    matrix.limit = RunPageQuery.size
    matrix.offset = (query.page - 1) * RunPageQuery.size
    let (rows, total) = try history.matrix(of: stored, matrix)
    let counts = try tallies.counts(of: stored, history)
    let page = RunPage(
      listing: Self.listing(stored), guests: try history.header(of: stored).guests,
      columns: targets.map { target in
        RunPage.Column(
          kernel: target.kernel, machine: target.machine,
          counts: counts.filter { $0.target == target.id }.map(Self.count))
      }, query: query, rows: rows.map { Self.row($0, targets) }, total: total,
      red: query.isFiltered || query.page > 1 || stored.red == 0
        ? [] : try red(stored).map { Self.row($0, targets) })
    return Answer(200, page.text)
  }

  private func red(_ stored: StoredRun) throws -> [MatrixRow] {
    var query = MatrixQuery()
    query.marks = Verdict.allCases.filter(\.isRed).map { ($0, false) }
    query.limit = Self.mostRed
    return try history.matrix(of: stored, query).rows
  }

  func testCase(_ request: RequestHead) throws -> Answer {
    guard let stored = try stored(request) else { return Self.noRun }
    let (suite, name) = (request.query["suite"] ?? "", request.query["case"] ?? "")
    let results = try history.results(of: stored, name: name).filter { $0.planned.suite == suite }
    guard !results.isEmpty else { return .trouble(404, "The run has no such case.") }
    let header = try history.header(of: stored)
    let page = CasePage(
      run: Run(
        id: stored.name, started: header.started, elapsedMilliseconds: header.elapsedMilliseconds,
        seed: header.seed, guests: header.guests, results: results), suite: suite, name: name,
      listing: listings.first { $0.suite == suite && $0.name == name }, knownIssues: knownIssues,
      histories: try history.cases(suite: suite, name: name, last: Self.nights))
    return Answer(200, page.text)
  }

  func compare(_ request: RequestHead) throws -> ComparePage {
    let (base, candidate) = (request.query["a"] ?? "", request.query["b"] ?? "")
    let runs = try history.runs(limit: Self.mostChoices)
    var kernels: [String] = []
    for kernel in runs.flatMap(\.kernels) where !kernels.contains(kernel) { kernels.append(kernel) }
    var page = ComparePage(
      base: base, candidate: candidate, choices: kernels + runs.map(\.name), answer: .nothingAsked)
    guard !base.isEmpty, !candidate.isEmpty else { return page }
    do {
      let (first, second) = try history.choices(base, candidate)
      let (left, right) = (
        try history.side(first, name: base), try history.side(second, name: candidate)
      )
      page.answer = .compared(
        try Comparison.between(
          left.side, right.side, baseDetails: left.details, candidateDetails: right.details))
    } catch let error as RunChoiceError {
      page.answer = .refused("\(error)")
    } catch let error as ComparisonError {
      page.answer = .refused("\(error)")
    }
    return page
  }

  func live(_ request: RequestHead) throws -> Answer {
    let name = request.query["run"] ?? ""
    // A run comes into the history when it has ended, a little before its process does.
    if let stored = try history.run(named: name) {
      return .redirect(to: PageLink(.run, [("run", stored.name)]))
    }
    if let running = live.all().first(where: { $0.run == name }) {
      return Answer(200, LivePage(run: name, soFar: live.soFar(running)).text)
    }
    return .trouble(404, "No run of that name goes on, and the history has none.")
  }

  private static let noRun = Answer.trouble(404, "The history has no such run.")

  private func stored(_ request: RequestHead) throws -> StoredRun? {
    try history.run(named: request.query["run"] ?? "")
  }

  private static func listing(_ run: StoredRun) -> RunListing {
    RunListing(
      run: run.name, started: run.started, elapsedMilliseconds: run.elapsedMilliseconds,
      kernels: run.kernels, machines: run.machines, results: run.results, red: run.red)
  }

  private static func count(_ count: VerdictCount) -> MarkCount {
    MarkCount(count.verdict, isKnown: count.isKnown, count: count.count)
  }

  private static func row(_ row: MatrixRow, _ targets: [StoredTarget]) -> RunPage.Row {
    RunPage.Row(
      suite: row.suite, name: row.name,
      cells: targets.map { target in
        row.cells[target.id].map { RunPage.Cell($0.tally, reason: $0.reason) }
      })
  }
}
