import Foundation
import GRDB
import Results

/// Joins the parts of a partitioned run to one.
package final class RunMerge {
  /// What does not fit.
  package struct Refusal: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ first: String, _ second: String, _ what: String) {
      description = "\(first) and \(second) do not fit together: \(what)"
    }
  }

  private let history: History
  private var headers: [RunHeader] = []

  package init() throws {
    history = try History.temporary()
  }

  /// Takes a part from a file.
  ///
  /// - Throws: `Refusal`, `RunFileError`, `HistoryError`.
  package func add(_ file: RunFile) throws {
    try add(file.header, results: file.forEach)
  }

  /// Takes a part from another history.
  ///
  /// - Throws: `Refusal`, `HistoryError`.
  package func add(_ run: StoredRun, of other: History) throws {
    try add(try other.header(of: run)) { body in try other.forEachResult(of: run, body) }
  }

  private func add(
    _ header: RunHeader, results: ((CaseResult) throws -> Void) throws -> Void
  ) throws {
    for other in headers {
      if other.id == header.id { throw Refusal(other.id, header.id, "they are the same run") }
      try compare(other, header)
    }
    _ = try history.add(header, at: .now, results: results)
    headers.append(header)
  }

  /// What must be the same of a kernel, a suite and a machine in all parts.
  private func compare(_ first: RunHeader, _ second: RunHeader) throws {
    for old in first.guests {
      for new in second.guests {
        if old.kernel == new.kernel {
          try same(
            first, second, "the kernel \(old.kernel) has another image", old, new, "image_sha256")
          guard old.accelerator == new.accelerator else {
            throw Refusal(
              first.id, second.id,
              "\(old.kernel) ran under \(old.accelerator) there and \(new.accelerator) here")
          }
        }
        if old.machine == new.machine {
          for fact in ["memory_mib", "cpus", "nodes"] {
            try same(
              first, second, "the machine \(old.machine) has another \(fact)", old, new, fact)
          }
        }
        for fact in old.facts.keys.sorted() where fact.hasPrefix("program.") {
          let suite = fact.dropFirst("program.".count)
          try same(first, second, "the suite \(suite) is another program", old, new, fact)
        }
      }
    }
  }

  private func same(
    _ first: RunHeader, _ second: RunHeader, _ what: String, _ old: GuestRecord,
    _ new: GuestRecord, _ fact: String
  ) throws {
    guard let before = old.facts[fact], let after = new.facts[fact], before != after else { return }
    throw Refusal(first.id, second.id, "\(what) (\(before), \(after))")
  }

  /// Writes the whole run.
  ///
  /// Every part has booted its kernels: of `boot/boot` the worst result of all parts is kept. Parts with
  /// different seeds make a run without one; cases that depend on it say theirs.
  ///
  /// - Throws: `Refusal` for a result that two parts have.
  package func write(id: String, to output: @escaping (String) throws -> Void) throws {
    let parts = try headers.map { header in try history.choice(header.id).run }
    try refuseDoubles(parts)
    let boots = try worstBoots(parts)
    func each(_ body: (CaseResult) throws -> Void) throws {
      var written: Set<PlannedCase> = []
      for part in parts {
        try history.forEachResult(of: part) { result in
          guard result.planned.isBoot else { return try body(result) }
          guard written.insert(result.planned).inserted else { return }
          try body(boots[result.planned] ?? result)
        }
      }
    }
    var counts: [Verdict: Int] = [:]
    try each { counts[$0.verdict, default: 0] += 1 }
    try RunFileWriter(header(id), counts: counts).write(results: each, to: output)
  }

  private func header(_ id: String) -> RunHeader {
    let seeds = Set(headers.compactMap(\.seed))
    let elapsed = headers.compactMap(\.elapsedMilliseconds)
    return RunHeader(
      id: id, started: headers.compactMap(\.started).min(),
      elapsedMilliseconds: elapsed.isEmpty ? nil : elapsed.reduce(0, +),
      seed: seeds.count == 1 ? seeds.first : nil, guests: headers.flatMap(\.guests))
  }

  private func refuseDoubles(_ parts: [StoredRun]) throws {
    let double = try history.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT test_case.suite, test_case.name, kernel, min(run.name), max(run.name)
          FROM result
          JOIN target ON target.id = result.target
          JOIN run ON run.id = target.run
          JOIN test_case ON test_case.id = result.test_case
          WHERE NOT (suite = x'626F6F74' AND test_case.name = x'626F6F74')
          GROUP BY kernel, machine, test_case.id, repetition HAVING count(*) > 1 LIMIT 1
          """)
    }
    guard let double else { return }
    let texts = (0..<5).map { Text.string(double[$0] as Data) }
    throw Refusal(
      texts[3], texts[4], "both have a result of \(texts[0])/\(texts[1]) on \(texts[2])")
  }

  private func worstBoots(_ parts: [StoredRun]) throws -> [PlannedCase: CaseResult] {
    var worst: [PlannedCase: CaseResult] = [:]
    for part in parts {
      for result in try history.results(of: part, name: "boot") where result.planned.isBoot {
        let known = worst[result.planned]
        if known.map({ result.verdict.showRank < $0.verdict.showRank }) ?? true {
          worst[result.planned] = result
        }
      }
    }
    return worst
  }
}
