import Foundation
import Reports
import Results
import Testing

@Suite struct JSONReportTests {
  @Test("run.json of the example, whole")
  func snapshot() throws {
    var text = ""
    try JSONReport().write(ExampleRun.run().run, to: &text)
    try expectSnapshot(text, "run-json")
  }

  @Test("what was written can be read back")
  func roundTrip() throws {
    let run = ExampleRun.run().run
    var text = ""
    try JSONReport().write(run, to: &text)
    #expect(try JSONDecoder().decode(Run.self, from: Data(text.utf8)) == run)
    #expect(text.hasSuffix("}\n"))
  }

  @Test("check.json of the example, whole, and read back")
  func check() throws {
    let check = ExampleCheck.check()
    var text = ""
    try JSONReport().write(check, to: &text)
    try expectSnapshot(text, "check-json")
    #expect(try JSONDecoder().decode(SeriesCheck.self, from: Data(text.utf8)) == check)
  }
}
