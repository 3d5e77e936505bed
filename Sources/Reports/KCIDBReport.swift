import Foundation
package import Results

/// A run as KCIDB v5.3 for KernelCI: a checkout and a build for each kernel, a test for each result, an issue and an
/// incident for each known one.
///
/// The ids follow from what they name, so that the same run written twice is the same objects.
package struct KCIDBReport: Sendable {
  /// Who reports: `[a-z0-9_]+`.
  package var origin: String
  /// Where the kernel comes from, if it is one and that is known.
  package var source: Source
  /// For the reasons behind the ids of known issues.
  package var knownIssues: KnownIssues

  /// The git revision that a kernel was built from.
  package struct Source: Equatable, Sendable {
    /// The short name of a tree: `mainline`, `debian`.
    package var tree: String?
    /// `https://` only.
    package var repository: String?
    package var branch: String?
    /// 40 hexadecimal digits.
    package var commit: String?

    package init(
      tree: String? = nil, repository: String? = nil, branch: String? = nil, commit: String? = nil
    ) {
      self.tree = tree
      self.repository = repository
      self.branch = branch
      self.commit = commit
    }

    /// Whether it names one certain kernel.
    package var isCertain: Bool { repository != nil || branch != nil || commit != nil }
  }

  package init(
    origin: String = "faultline", source: Source = Source(),
    knownIssues: KnownIssues = KnownIssues()
  ) {
    self.origin = origin
    self.source = source
    self.knownIssues = knownIssues
  }

  /// Writes the run's objects as JSON and a newline.
  package func write(_ run: Run, to output: inout some TextOutputStream) throws {
    var objects = KCIDBObjects()
    let kernels = RunGrid(run).kernels
    var known: Set<String> = []
    for kernel in kernels {
      let guest = run.guests.first { $0.kernel == kernel.kernel && $0.machine == kernel.machine }
      let revision = revision(kernel, guest)
      // One kernel on several machines is one checkout and one build.
      if known.insert(revision.checkout).inserted {
        objects.checkouts.append(checkout(revision, guest))
      }
      if known.insert(revision.build).inserted {
        objects.builds.append(build(revision, kernel, guest))
      }
      for result in kernel.suites.flatMap(\.results) {
        let test = test(result, of: run, build: revision.build, guest)
        objects.tests.append(test)
        if let issue = result.knownIssue, result.verdict.isRed {
          objects.incidents.append(incident(issue, test: test.id))
        }
      }
    }
    objects.issues = TextLayout.unique(objects.incidents.map(\.issueId)).map(issue)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    output.write(String(decoding: try encoder.encode(objects), as: UTF8.self) + "\n")
  }

  /// The ids of a kernel.
  private struct Revision {
    let checkout: String
    let build: String
  }

  private func id(_ kind: String, _ parts: [String]) -> String {
    "\(origin):\(kind)-\(SHA256(parts.joined(separator: "|")).hex)"
  }

  private func revision(_ kernel: RunGrid.Kernel, _ guest: GuestRecord?) -> Revision {
    let image = guest?.facts["image_sha256"]?.description ?? ""
    let built = guest?.facts["origin"]?.description ?? kernel.kernel
    let parts =
      source.isCertain
      ? [source.repository ?? "", source.branch ?? "", source.commit ?? "", ""]
      : [built, guest?.release ?? kernel.kernel]
    return Revision(checkout: id("ck", parts), build: id("build", parts + [built, image]))
  }

  private func checkout(_ revision: Revision, _ guest: GuestRecord?) -> KCIDBObjects.Checkout {
    KCIDBObjects.Checkout(
      id: revision.checkout, origin: origin, treeName: source.tree.map(KCIDBPath.text),
      gitRepositoryUrl: source.repository, gitRepositoryBranch: source.branch,
      gitCommitHash: source.commit,
      gitCommitName: guest?.release.map { KCIDBPath.text("v" + $0) },
      // No patches of ours on top of what the build names.
      patchsetHash: source.isCertain ? "" : nil, valid: true,
      misc: guest?.facts["origin"].map { ["origin": KCIDBPath.text($0.description)] })
  }

  private func build(
    _ revision: Revision, _ kernel: RunGrid.Kernel, _ guest: GuestRecord?
  ) -> KCIDBObjects.Build {
    var misc = ["kernel": KCIDBPath.text(kernel.kernel)]
    for key in ["image_sha256", "origin", "version"] {
      misc[key] = guest?.facts[key].map { KCIDBPath.text($0.description) }
    }
    return KCIDBObjects.Build(
      id: revision.build, checkoutId: revision.checkout, origin: origin,
      comment: KCIDBPath.text(guest?.facts["origin"]?.description ?? kernel.kernel),
      architecture: "x86_64", status: "PASS", misc: misc)
  }

  private func test(
    _ result: CaseResult, of run: Run, build: String, _ guest: GuestRecord?
  ) -> KCIDBObjects.Test {
    let planned = result.planned
    let parts = [
      run.id, planned.kernel, planned.machine, planned.suite, planned.name,
      String(planned.repetition),
    ]
    return KCIDBObjects.Test(
      id: id("test", parts), buildId: build, origin: origin, path: KCIDBPath.of(planned),
      comment: KCIDBPath.text("\(planned.suite)/\(planned.name)"), status: Self.status(result),
      startTime: run.started.flatMap(JUnitReport.time),
      duration: result.durationMilliseconds.map { Double($0) / 1000 },
      logExcerpt: excerpt(result), environment: environment(planned, guest),
      misc: KCIDBObjects.TestMisc(
        verdict: result.verdict.rawValue, run: KCIDBPath.text(run.id),
        suite: KCIDBPath.text(planned.suite), name: KCIDBPath.text(planned.name),
        repetition: planned.repetition,
        reason: result.reason.map { "\($0.kind.rawValue): \(KCIDBPath.text($0.text))" },
        knownIssue: result.knownIssue.map { KCIDBPath.text($0) },
        splats: result.splats.isEmpty
          ? nil : result.splats.map { KCIDBPath.text($0.fingerprint) }))
  }

  private func environment(
    _ planned: PlannedCase, _ guest: GuestRecord?
  ) -> KCIDBObjects.Environment {
    let accelerator = guest?.accelerator.rawValue ?? "unknown"
    var misc = ["machine": KCIDBPath.text(planned.machine), "accelerator": accelerator]
    for key in ["cpus", "memory_mib", "nodes"] {
      misc[key] = guest?.facts[key].map { KCIDBPath.text($0.description) }
    }
    return KCIDBObjects.Environment(
      comment: KCIDBPath.text("QEMU q35 (\(accelerator)), machine \(planned.machine)"), misc: misc)
  }

  /// What the dashboard counts; docs/reports.md has the reasons.
  private static func status(_ result: CaseResult) -> String {
    switch result.verdict {
    case .pass: "PASS"
    case .fail, .crash, .hang: "FAIL"
    case .skip: "SKIP"
    case .error, .unexercised: "ERROR"
    case .lost, .missing: "MISS"
    }
  }

  private func excerpt(_ result: CaseResult) -> String? {
    guard result.verdict.isRed else { return nil }
    let lines = CaseWords.facts(result, knownIssues: knownIssues)
      .map { "\($0.label): \($0.text)" }
    let text = lines + result.splats.flatMap { ["", $0.text] }
    return KCIDBPath.excerpt(text.joined(separator: "\n"))
  }

  private func issue(_ id: String) -> KCIDBObjects.Issue {
    let name = String(id.dropFirst(origin.count + 1))
    let issue = knownIssues.issues.first { KCIDBPath.word($0.id) == name }
    return KCIDBObjects.Issue(
      id: id, version: 1, origin: origin, comment: issue.map { KCIDBPath.text($0.reason) },
      reportUrl: issue.flatMap { KCIDBPath.isWebAddress($0.link) ? $0.link : nil },
      culprit: KCIDBObjects.Culprit(code: true, tool: false, harness: false),
      misc: issue.map { ["fix": KCIDBPath.text($0.fix)] })
  }

  private func incident(_ issue: String, test: String) -> KCIDBObjects.Incident {
    let issue = "\(origin):\(KCIDBPath.word(issue))"
    return KCIDBObjects.Incident(
      id: id("incident", [issue, test]), origin: origin, issueId: issue, issueVersion: 1,
      testId: test, present: true)
  }
}
