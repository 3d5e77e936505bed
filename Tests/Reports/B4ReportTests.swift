import Foundation
import Reports
import Results
import Testing

@Suite struct B4ReportTests {
  private func text(_ check: SeriesCheck, patch: Int? = nil, url: String? = nil) throws -> String {
    var text = ""
    try B4Report(series: ExampleCheck.series, url: url).write(check, patch: patch, to: &text)
    return text
  }

  private func objects(_ check: SeriesCheck, patch: Int? = nil) throws -> [[String: String]] {
    let json = try text(check, patch: patch, url: "https://example.org/7")
    return try JSONDecoder().decode([[String: String]].self, from: Data(json.utf8))
  }

  @Test("a series, whole")
  func snapshot() throws {
    try expectSnapshot(try text(ExampleCheck.check()), "check-b4")
  }

  @Test("every patch has its status")
  func statuses() throws {
    let objects = try objects(ExampleCheck.check())
    #expect(
      objects.map { $0["status"] }
        == ["pass", "warn", "fail", "fail", "warn", "pass", "pass"])
    #expect(objects.allSatisfy { $0["tool"] == "faultline" })
    #expect(objects.allSatisfy { $0["url"] == "https://example.org/7" })
  }

  @Test("one mail is answered with one object, one that was not tried with none")
  func onePatch() throws {
    let check = ExampleCheck.clean()
    #expect(try objects(check, patch: 3).map { $0["summary"] } == ["ok, 20 cases"])
    #expect(try text(check, patch: 2) == "[\n\n]\n")
    #expect(try text(check, patch: 99) == "[\n\n]\n")
  }

  @Test("a patch that fails along with an earlier one is a warning that names it")
  func followers() throws {
    var check = ExampleCheck.check()
    check.patches[4] = PatchCheck(index: 5, subject: "s", file: "f")
    check.patches[4].applies = true
    check.patches[4].kernel.builds = false
    let object = try #require(try objects(check, patch: 5).first)
    #expect(object["status"] == "warn")
    #expect(object["summary"] == "does not build either, as patch 4")
  }
}
