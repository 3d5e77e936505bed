import GuestProtocol
import Kernels
import Lab
import Results
import Testing

@Suite("known-issues.yaml")
struct KnownIssuesFileTests {
  private static let entry = """
    - id: lost-bit
      case: swap.swapoff-anon
      kernels: { through: "5.10" }
      reason: swapoff forgets the bit
      fix: 14a762dd1977
      link: https://example.org/commit
      expires: 2027-06-30
    """

  @Test("what an entry excepts it does not explain")
  func exceptions() throws {
    let text = Self.entry.replacing("swap.swapoff-anon", with: "swap.*\n  except: [\"*/b\"]")
    let issue = try #require(try KnownIssuesFile.parse(text, file: "k.yaml").issues.first)
    func explains(_ name: String) -> Bool {
      let planned = PlannedCase(kernel: "debian-5.10", machine: "m", suite: "swap", name: name)
      return issue.explains(CaseResult(planned, .fail), release: "5.10.251")
    }
    #expect(explains("swap.x/a"))
    #expect(!explains("swap.x/b"))
  }

  @Test("an entry is read whole")
  func whole() throws {
    let issue = try #require(
      try KnownIssuesFile.parse(Self.entry, file: "k.yaml").issues.first)
    #expect(issue.id == "lost-bit")
    #expect(issue.cases == Glob("swap.swapoff-anon"))
    #expect(issue.verdicts == [.fail])
    #expect(!issue.isIntermittent)
    #expect(issue.covers(kernel: "debian-5.10", release: "5.10.0-43-cloud-amd64"))
    #expect(!issue.covers(kernel: "debian-6.1", release: "6.1.0-56-cloud-amd64"))
    #expect(issue.expires == CalendarDate("2027-06-30"))
  }

  @Test("kernels can be named by globs, and verdicts given")
  func names() throws {
    let text = Self.entry.replacing(
      #"{ through: "5.10" }"#,
      with: "[debian-6.*]\n  verdicts: [fail, hang]\n  intermittent: true")
    let issue = try #require(try KnownIssuesFile.parse(text, file: "k.yaml").issues.first)
    #expect(issue.verdicts == [.fail, .hang])
    #expect(issue.isIntermittent)
    #expect(issue.covers(kernel: "debian-6.12", release: nil))
  }

  @Test(
    "what is not understood is said with file and line",
    arguments: [
      (
        "  expires: 2027-06-30", "  expires: soon",
        "k.yaml:1: \"expires\" is \"soon\"; expected a day like 2027-06-30"
      ),
      (
        "  reason:", "  intermittent: often\n  reason:",
        "k.yaml:4: \"intermittent\" must be true or false"
      ),
      (
        "  reason:", "  raison:",
        "k.yaml:4: unknown key \"raison\" in a known issue; did you mean \"reason\"?"
      ),
      (
        "  case: swap.swapoff-anon\n", "",
        "k.yaml:1: a known issue names neither \"case\" nor \"splat\""
      ),
      ("\"5.10\"", "\"later\"", "k.yaml:3: \"through\" is \"later\", which is no kernel release"),
      ("  fix: 14a762dd1977\n", "", "k.yaml:1: a known issue lacks \"fix\""),
    ])
  func mistakes(_ old: String, _ new: String, _ message: String) throws {
    let text = Self.entry.replacing(old, with: new)
    let error = #expect(throws: CatalogError.self) {
      try KnownIssuesFile.parse(text, file: "k.yaml")
    }
    #expect(error?.description == message)
  }

  @Test("an id stands once")
  func twice() {
    #expect(throws: CatalogError.self) {
      try KnownIssuesFile.parse(Self.entry + "\n" + Self.entry, file: "k.yaml")
    }
  }
}
