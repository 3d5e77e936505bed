import Testing

@testable import LinuxMM

@Suite struct ThreadTests {
  @Test("a pipe carries texts and shows its end")
  func pipe() throws {
    var pipe = try Pipe()
    let reading = pipe.takeReading()
    let writing = pipe.takeWriting()
    try writing.write("knock")
    #expect(try reading.isReadable(within: 1000))
    #expect(try reading.read(atMost: 16) == Array("knock".utf8))
    #expect(try reading.poll(milliseconds: 0) == 0)
    writing.close()
    #expect(try reading.read(atMost: 16).isEmpty)
  }

  @Test("a monitor wakes who waits for a condition")
  func monitor() throws {
    let monitor = Monitor()
    // Only touched inside the monitor.
    nonisolated(unsafe) var isReady = false
    let thread = try Thread {
      monitor.locked {
        isReady = true
        monitor.notify()
      }
    }
    #expect(monitor.wait(milliseconds: 10_000) { isReady })
    try thread.join()
    #expect(!monitor.wait(milliseconds: 1) { false })
  }

  @Test("the program knows its arguments")
  func arguments() {
    #expect(System.arguments.first?.isEmpty == false)
  }
}
