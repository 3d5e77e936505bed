internal import LinuxMM

/// Where a case's process leaves its steps, which lie there until the case is over.
///
/// Not the pipe of its report: the runner sleeps on that, and was woken some 40 times a case. A pipe, as what a killed
/// process wrote has to be there.
final class StepPipe {
  private let reading: Descriptor
  private let writing: Descriptor

  /// Makes one that holds the steps of any case; a step beyond that is lost.
  init() throws(Errno) {
    var pipe = try Pipe(nonblockingOfSize: Report.limit)
    reading = pipe.takeReading()
    writing = pipe.takeWriting()
  }

  /// The end to write to, for processes that were forked off.
  var number: Int32 { writing.borrowedNumber }

  /// Takes out all steps that lie there.
  func take() -> [String] {
    var reader = ReportReader()
    while let bytes = next(), !bytes.isEmpty { _ = reader.take(bytes) }
    return reader.steps
  }

  /// Throws away what lies there.
  func empty() { while let bytes = next(), !bytes.isEmpty {} }

  private func next() -> [UInt8]? {
    try? reading.read(atMost: 16384)  // EAGAIN: it is empty
  }
}
