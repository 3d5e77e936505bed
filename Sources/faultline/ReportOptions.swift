internal import ArgumentParser
internal import Foundation
internal import Reports

/// The options of `faultline report`.
struct ReportOptions: ParsableArguments {
  @Argument(help: "A run's directory, or its run.json.")
  var run: String

  @Option(name: .long, help: "ktap, junit, kcidb, markdown, mail or html.")
  var format: Format

  @Option(name: .long, help: "Write here instead of to standard output.")
  var out: String?

  @Option(name: .long, help: "Only this kernel of the run; may be repeated.")
  var kernel: [String] = []

  @Option(name: .long, help: "junit: for jenkins or for gitlab.")
  var flavor: JUnitReport.Flavor = .jenkins

  @Option(name: .long, help: "kcidb: who reports, as KernelCI knows you.")
  var origin = "faultline"

  @Option(name: .long, help: "kcidb: the tree's short name: mainline, debian.")
  var tree: String?

  @Option(
    name: .long,
    help: "kcidb: the https:// repository that the kernel is from; for one --kernel.")
  var gitUrl: String?

  @Option(name: .long, help: "kcidb: the branch that the kernel is from; for one --kernel.")
  var gitBranch: String?

  @Option(
    name: .long, help: "kcidb: the commit that the kernel was built from; for one --kernel.")
  var gitCommit: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "kcidb: send the report to this server.",
      discussion: "The token comes from the environment: FAULTLINE_KCIDB_TOKEN.",
      valueName: "url"))
  var submit: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "mail, markdown: end with Reported-by: if anything is red.", valueName: "Name <address>"))
  var reportedBy: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "mail, markdown: end with Tested-by: if all is as expected.", valueName: "Name <address>"))
  var testedBy: String?

  @OptionGroup var history: HistoryOptions

  @Flag(name: .long, help: "html: say nothing of earlier runs.")
  var noHistory = false

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case ktap, junit, kcidb, markdown, mail, html
  }

  func validate() throws {
    guard origin.wholeMatch(of: /[a-z0-9_]+/) != nil else {
      throw ValidationError("--origin is “\(origin)”; expected a-z, 0-9 and _")
    }
    if let gitUrl, !gitUrl.hasPrefix("https://") {
      throw ValidationError("--git-url is “\(gitUrl)”; KCIDB takes https:// only")
    }
    if let gitCommit, gitCommit.wholeMatch(of: /[0-9a-f]{40}/) == nil {
      throw ValidationError("--git-commit is “\(gitCommit)”; expected 40 hexadecimal digits")
    }
    for person in [reportedBy, testedBy].compactMap(\.self) where !Trailer.isPerson(person) {
      throw ValidationError("“\(person)” is nobody; expected: Name <address>")
    }
    if submit != nil, format != .kcidb {
      throw ValidationError("--submit sends --format kcidb and nothing else")
    }
  }

  /// Where the kernel is from, as far as it was said.
  var source: KCIDBReport.Source {
    KCIDBReport.Source(tree: tree, repository: gitUrl, branch: gitBranch, commit: gitCommit)
  }

  var trailer: Trailer { Trailer(reporter: reportedBy, tester: testedBy) }
}

extension JUnitReport.Flavor: ExpressibleByArgument {}
