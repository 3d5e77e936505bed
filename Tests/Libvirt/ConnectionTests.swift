import Foundation
import Libvirt
import Synchronization
import Testing

@Suite("connection")
struct ConnectionTests {
  @Test("says what it is connected to")
  func identity() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    #expect(try connection.driver() == "TEST")
    #expect(try connection.uri() == FakeHypervisor.uri)
    #expect(try connection.hypervisorVersion() == "0.0.2")
    #expect(try connection.libraryVersion().split(separator: ".").count == 3)
    #expect(try !connection.hostname().isEmpty)
  }

  @Test("a URI that no driver knows is an error")
  func unknownDriver() {
    let error = #expect(throws: LibvirtError.self) { _ = try Connection(to: "no-such:///thing") }
    #expect(error?.message.isEmpty == false)
    #expect(error.map { $0.code > 0 } == true)
  }

  @Test("a missing domain is told apart from other failures")
  func missingDomain() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    let error = #expect(throws: LibvirtError.self) {
      _ = try connection.domain(named: "nobody")
    }
    #expect(error?.isNoDomain == true)
    #expect(error?.isInvalidOperation == false)
  }

  @Test("a description that is no XML is refused")
  func malformedDescription() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    #expect(throws: LibvirtError.self) {
      _ = try connection.makeDomain("<domain", isPaused: false, endsWithConnection: false)
    }
  }

  @Test("an error reads as a sentence with its numbers")
  func errorText() {
    let error = LibvirtError(code: 42, domain: 10, message: "Domain not found")
    #expect(error.description == "libvirt: Domain not found (error 42, domain 10)")
  }
}

@Suite("domain")
struct DomainTests {
  @Test("lives from its creation to its destruction")
  func life() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    let domain = try connection.makeDomain(
      FakeHypervisor.xml("faultline-life"), isPaused: false, endsWithConnection: false)
    #expect(domain.name == "faultline-life")
    #expect(try domain.state() == .running)
    try domain.suspend()
    #expect(try domain.state() == .paused)
    try domain.resume()
    #expect(try domain.state() == .running)
    try domain.destroy()
    let error = #expect(throws: LibvirtError.self) { try domain.destroy() }
    #expect(error.map { $0.isNoDomain || $0.isInvalidOperation } == true)
  }

  @Test("two handles of one domain are one domain")
  func handles() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    let domain = try connection.makeDomain(
      FakeHypervisor.xml("faultline-twice"), isPaused: false, endsWithConnection: false)
    let other = try connection.domain(named: "faultline-twice")
    try other.suspend()
    #expect(try domain.state() == .paused)
    try domain.destroy()
  }

  @Test("its events come in order, from the event loop")
  func events() async throws {
    let (events, continuation) = AsyncStream.makeStream(of: LifecycleEvent.self)
    let connection = try Connection(to: FakeHypervisor.uri)
    try connection.onLifecycle { event in
      if event.domain == "faultline-events" { continuation.yield(event) }
    }
    let domain = try connection.makeDomain(
      FakeHypervisor.xml("faultline-events"), isPaused: false, endsWithConnection: false)
    try domain.suspend()
    try domain.resume()
    try domain.destroy()
    var kinds: [LifecycleEvent.Kind] = []
    for await event in events {
      kinds.append(event.kind)
      if event.kind == .stopped { break }
    }
    #expect(kinds == [.started, .suspended, .resumed, .stopped])
  }

  @Test("a stream that is connected to nothing is an error, not a crash")
  func unconnectedStream() throws {
    let connection = try Connection(to: FakeHypervisor.uri)
    let stream = try ByteStream(on: connection)
    #expect(throws: LibvirtError.self) {
      try stream.start(onBytes: { _ in }, onEnd: { _ in })
    }
    stream.close()
  }
}
