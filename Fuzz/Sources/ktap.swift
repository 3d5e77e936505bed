internal import GuestProtocol
internal import Results

// What a program prints: KTAP's reader, and both ways of making verdicts of it.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let whole = read(bytes, pieces: max(count, 1))
  precondition(whole == read(bytes, pieces: 5))
  judgeOwn(whole)
  judgeForeign(whole)
  return 0
}

func read(_ bytes: [UInt8], pieces: Int) -> [KTAPEvent] {
  var reader = KTAPReader()
  var events: [KTAPEvent] = []
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + pieces)
    reader.read(bytes[start..<end]) { events.append($0) }
    start = end
  }
  reader.finish { events.append($0) }
  // A line says two things at most.
  precondition(events.count <= 2 * (bytes.count { $0 == 10 } + 1))
  return events
}

let planned = ["a.one", "a.two/leg", "b.three"].map {
  PlannedCase(kernel: "k", machine: "m", suite: "s", name: $0)
}

/// A suite of ours: every planned case has one verdict, and passes only where the program said so.
func judgeOwn(_ events: [KTAPEvent]) {
  let ends: [(inout SuiteTranscript) -> Void] = [
    { $0.ended(.exited(status: 0)) }, { $0.ended(.signalled(9)) }, { $0.guestEnded(.panic) },
    { $0.guestEnded(.broken("lies")) },
  ]
  for end in ends {
    var transcript = SuiteTranscript(suite: "s", planned: planned)
    var said: Set<String> = []
    for event in events {
      transcript.note(event)
      if case .point(let point) = event, point.ok { said.insert(point.name) }
    }
    end(&transcript)
    let results = transcript.results()
    check(results, most: planned.count + SuiteTranscript.maximumUnplanned + 1)
    precondition(results.prefix(planned.count).map(\.planned) == planned)
    for result in results where result.verdict == .pass {
      precondition(said.contains(result.planned.name))
    }
  }
}

/// A program that is not ours.
func judgeForeign(_ events: [KTAPEvent]) {
  let exit = PlannedCase(kernel: "k", machine: "m", suite: "s", name: ForeignReader.exit)
  var transcript = SuiteTranscript(suite: "s", planned: [exit])
  transcript.note(.caseStarted(ForeignReader.exit))
  var reader = ForeignReader()
  for event in events { _ = reader.take(event, into: &transcript) }
  reader.finish(&transcript)
  check(transcript.results(), most: 11_100)
}

/// What holds of any results: few, each under a name of its own that is one, and none of them large.
func check(_ results: [CaseResult], most: Int) {
  precondition(results.count <= most)
  precondition(Set(results.map(\.planned)).count == results.count)
  for result in results {
    precondition(CaseID(result.planned.name) != nil, result.planned.name)
    let said =
      result.evidence.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
      + result.steps.reduce(0) { $0 + $1.utf8.count }
    precondition(said <= 64 << 10)
    precondition((result.reason?.text.utf8.count ?? 0) <= 20_000)
  }
}
