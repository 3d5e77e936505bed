import Foundation
import Results
import Testing

@testable import Store

/// Reading `run.json` as a stream.
@Suite struct RunFileTests {
  let folder: URL

  init() throws { folder = try Samples.folder() }

  @Test("a run with every field reads as the decoder reads it")
  func same() throws {
    let run = Samples.hostile()
    let file = try Samples.file(run, in: folder)
    #expect(file.header == RunHeader(run))
    var results: [CaseResult] = []
    try file.forEach { results.append($0) }
    #expect(results == run.results)
    // Swift takes two ways to write an accent for the same; the bytes count.
    #expect(
      results.map { Array($0.seen?.utf8 ?? "".utf8) }
        == run.results.map { Array($0.seen?.utf8 ?? "".utf8) })
  }

  @Test("values that lie across the ends of what is read at once stay whole")
  func boundaries() throws {
    var run = Samples.plain("long", cases: 3_000)
    for index in run.results.indices {
      run.results[index].seen = String(repeating: "\\\"{[é", count: index % 700)
    }
    let file = try Samples.file(run, in: folder)
    var results: [CaseResult] = []
    try file.forEach { results.append($0) }
    #expect(results == run.results)
  }

  @Test("a message of 10 MB and bytes that are no UTF-8 are read")
  func large() throws {
    let message = String(repeating: "x\u{0}", count: 5 << 20)
    var run = Samples.plain("large", cases: 1)
    run.results[0].seen = message
    let file = try Samples.file(run, in: folder)
    try file.forEach { #expect($0.seen?.utf8.count == 10 << 20) }

    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
    let end = try #require(Data(bytes).range(of: Data(#"x\u0000","#.utf8)))
    bytes[end.lowerBound] = 0xFF
    let broken = folder.appendingPathComponent("broken.json")
    try Data(bytes).write(to: broken)
    try RunFile(broken.path).forEach { #expect($0.seen?.contains("\u{FFFD}") == true) }
  }

  @Test(
    "what is no run.json says so",
    arguments: [
      ("", "expected {, at byte 0"), ("[]", "expected {, at byte 0"),
      ("{}", "there is no “schema”"), (#"{"schema":1,"results":[]}"#, "there is no “run”"),
      (#"{"schema":1,"run":"a"}"#, "there is no “results”"),
      (#"{"schema":1,"run":"a","results":[{}"#, "expected ], at byte 35"),
      (#"{"schema":1,"run":"a","results":[{"#, "the file ends too early"),
      (#"{"schema":1,"run":"a","resul"#, "the file ends too early"),
      (#"{"schema":1.5,"run":"a","results":[]}"#, "expected a whole number"),
      (#"{"schema":1,"run":7,"results":[]}"#, "expected a string"),
      (#"{"schema":0,"run":"a","results":[]}"#, "schema 0, which no faultline writes"),
      (#"{"schema":2,"run":"a","results":[]}"#, "schema 2, and this faultline reads schema 1"),
      (#"{"schema":1,"run":"a","guests":[{}],"results":[]}"#, "guests: "),
    ])
  func malformed(_ text: String, _ words: String) throws {
    let path = try Samples.text(text, in: folder)
    let error = #expect(throws: RunFileError.self) { try RunFile(path) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(
    "a result that cannot be read is named by its place",
    arguments: [
      (#"{}"#, "it has no kernel"),
      (#"{"kernel":"k","machine":"m","suite":"s","case":"c"}"#, "it has no verdict"),
      (#"{"kernel":"k","machine":"m","suite":"s","verdict":"pass"}"#, "it has no case"),
      (
        #"{"kernel":"k","machine":"m","suite":"s","case":"c","verdict":"meh"}"#,
        "“meh” is no verdict"
      ),
      (
        #"{"kernel":"k","machine":"m","suite":"s","case":"c","verdict":"pass","repeat":0}"#,
        "its repetition is 0"
      ),
      (
        #"{"kernel":"k","machine":"m","suite":"s","case":"c","verdict":"pass","duration_ms":-1}"#,
        "its duration is -1"
      ),
      (
        #"{"kernel":"k","machine":"m","suite":"s","case":"c","verdict":"fail","reason":{"kind":"x"}}"#,
        "“x” is no kind of reason"
      ),
    ])
  func badResult(_ text: String, _ words: String) throws {
    let path = try Samples.text(
      #"{"schema":1,"run":"a","results":["# + text + "]}", in: folder)
    let file = try RunFile(path)
    #expect(throws: RunFileError.result(0, words)) { try file.forEach { _ in } }
  }

  @Test("keys that nobody knows are stepped over, whatever is in them")
  func unknownKeys() throws {
    let path = try Samples.text(
      #"""
      {"schema":1,"new":{"a":[1,-2.5e3,true,null,{"b":"}]\""}]},"run":"a","results":[{"kernel":"k",
      "machine":"m","suite":"s","case":"\ud83d\ude00\ud83d \u00e9","verdict":"pass","new":[[],{}]}]}
      """#, in: folder)
    try RunFile(path).forEach { #expect($0.planned.name == "😀\u{FFFD} é") }
  }

  @Test("nesting without end is refused, not followed")
  func nesting() throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let path = try Samples.text(
      #"{"schema":1,"run":"a","results":[{"x":"# + deep + "}]}", in: folder)
    #expect(throws: RunFileError.self) { try RunFile(path).forEach { _ in } }
  }

  @Test("a file cut at any place is an error, never less of a run")
  func cut() throws {
    let file = try Samples.file(Samples.hostile(), in: folder)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    for count in stride(from: 0, to: bytes.count - 2, by: 97) {
      let cut = folder.appendingPathComponent("cut.json")
      try bytes.prefix(count).write(to: cut)
      #expect(throws: RunFileError.self) { try RunFile(cut.path).forEach { _ in } }
    }
  }
}
