import Reports
import Results

/// Every format that `faultline report` writes, by name.
enum AllReports {
  static func texts(_ run: Run) throws -> [(name: String, text: String)] {
    let known = ExampleRun.knownIssues
    var texts: [(name: String, text: String)] = []
    func add(_ name: String, _ write: (inout String) throws -> Void) rethrows {
      var text = ""
      try write(&text)
      texts.append((name, text))
    }
    add("ktap") { KTAPReport().write(run, to: &$0) }
    add("junit-jenkins") { JUnitReport(.jenkins, knownIssues: known).write(run, to: &$0) }
    add("junit-gitlab") { JUnitReport(.gitlab, knownIssues: known).write(run, to: &$0) }
    try add("kcidb") { try KCIDBReport(knownIssues: known).write(run, to: &$0) }
    add("markdown") { MarkdownReport(knownIssues: known).write(run, to: &$0) }
    add("mail") { MailReport(knownIssues: known).write(run, to: &$0) }
    add("html") { HTMLReport(knownIssues: known).write(run, to: &$0) }
    return texts
  }
}
