internal import CLibvirt
internal import Synchronization

/// The bytes of a console or a channel, both ways, without ever blocking (`virStream`).
///
/// The embedded driver's streams hold a lock while a blocking call waits for bytes, so these never block: the event
/// loop says when bytes came or can go.
package final class ByteStream: Sendable {
  /// How a stream ended.
  package enum End: Equatable, Sendable {
    /// The other end closed it.
    case finished
    /// It broke; libvirt's reason where it gave one.
    case failed(LibvirtError?)
  }

  private struct State {
    var outgoing: [[UInt8]] = []
    /// How much of the first of `outgoing` is sent.
    var offset = 0
    var unsentBytes = 0
    var isReading = true
    var hasEnded = false
    var onBytes: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    var onEnd: (@Sendable (End) -> Void)?
  }

  // libvirt locks its handles itself: any thread may use one at any time.
  nonisolated(unsafe) let rawValue: OpaquePointer
  private let state = Mutex(State())

  /// How much is read or written at once.
  ///
  /// A quarter MiB is what libvirt's protocol carries in a packet.
  private static let chunkBytes = 256 << 10

  /// Makes a stream that is connected to nothing yet (`virStreamNew`).
  package init(on connection: borrowing Connection) throws(LibvirtError) {
    let pointer = connection.withRawValue {
      virStreamNew($0, UInt32(VIR_STREAM_NONBLOCK.rawValue))
    }
    guard let pointer else { throw .last() }
    rawValue = pointer
  }

  deinit { virStreamFree(rawValue) }

  /// Begins to deliver bytes (`virStreamEventAddCallback`).
  ///
  /// The stream lives until `close()`.
  ///
  /// - Parameters:
  ///   - onBytes: is called in order on the event loop's thread; the bytes are valid during the call only.
  ///   - onEnd: is called once on the event loop's thread, after the last bytes; never after `close()`.
  /// - Throws: when the stream is connected to nothing.
  package func start(
    onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Void,
    onEnd: @escaping @Sendable (End) -> Void
  ) throws(LibvirtError) {
    let events = state.withLock { state in
      state.onBytes = onBytes
      state.onEnd = onEnd
      return Self.events(reading: state.isReading, writing: !state.outgoing.isEmpty)
    }
    let opaque = Unmanaged.passRetained(self).toOpaque()
    let result = virStreamEventAddCallback(
      rawValue, events,
      { _, events, opaque in
        guard let opaque else { return }
        Unmanaged<ByteStream>.fromOpaque(opaque).takeUnretainedValue().handle(events)
      }, opaque,
      { opaque in
        guard let opaque else { return }
        Unmanaged<ByteStream>.fromOpaque(opaque).release()
      })
    guard result >= 0 else {
      let error = LibvirtError.last()
      Unmanaged<ByteStream>.fromOpaque(opaque).release()
      throw error
    }
  }

  /// Queues bytes; they go when the other end takes them, in order.
  ///
  /// Nothing is sent once the stream has ended. `unsentBytes` is the measure for back-pressure.
  package func send(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    state.withLock { state in
      guard !state.hasEnded else { return }
      state.outgoing.append(bytes)
      state.unsentBytes += bytes.count
      watch(state)
    }
  }

  /// How many queued bytes the other end has not taken.
  package var unsentBytes: Int { state.withLock { $0.unsentBytes } }

  /// Stops or continues to deliver bytes; meanwhile the sender is held back.
  package func setReading(_ isReading: Bool) {
    state.withLock { state in
      guard !state.hasEnded, state.isReading != isReading else { return }
      state.isReading = isReading
      watch(state)
    }
  }

  /// Disconnects; no closure is called afterwards but one that runs at this moment (`virStreamAbort`).
  package func close() {
    let wasOpen = state.withLock { state in
      defer { Self.end(&state) }
      return state.onBytes != nil
    }
    guard wasOpen else { return }
    // Each may fail on a stream that is gone already, which is what is wanted.
    virStreamEventRemoveCallback(rawValue)
    virStreamAbort(rawValue)
  }

  private static func events(reading: Bool, writing: Bool) -> CInt {
    var events = VIR_STREAM_EVENT_HANGUP.rawValue | VIR_STREAM_EVENT_ERROR.rawValue
    if reading { events |= VIR_STREAM_EVENT_READABLE.rawValue }
    if writing { events |= VIR_STREAM_EVENT_WRITABLE.rawValue }
    return CInt(events)
  }

  private func watch(_ state: State) {
    virStreamEventUpdateCallback(
      rawValue, Self.events(reading: state.isReading, writing: !state.outgoing.isEmpty))
  }

  private static func end(_ state: inout State) {
    state.hasEnded = true
    state.outgoing = []
    state.unsentBytes = 0
    state.onBytes = nil
    state.onEnd = nil
  }

  private func handle(_ events: CInt) {
    let events = UInt32(bitPattern: events)
    if events & VIR_STREAM_EVENT_WRITABLE.rawValue != 0 { write() }
    // A hangup comes with the last bytes still to be read.
    if events & ~VIR_STREAM_EVENT_WRITABLE.rawValue != 0 { read() }
  }

  private func read() {
    guard let onBytes = state.withLock({ $0.isReading ? $0.onBytes : nil }) else { return }
    withUnsafeTemporaryAllocation(byteCount: Self.chunkBytes, alignment: 16) { buffer in
      guard let base = buffer.baseAddress else { return }
      let chars = base.assumingMemoryBound(to: CChar.self)
      // One round for each chunk that is there; a flood yields to other streams in between.
      for _ in 0..<4 {
        let count = virStreamRecv(rawValue, chars, buffer.count)
        switch count {
        case 1...: onBytes(UnsafeRawBufferPointer(start: base, count: Int(count)))
        case 0: return finish(.finished)
        case -2: return
        default: return finish(.failed(.last()))
        }
      }
    }
  }

  private func write() {
    let failure: LibvirtError? = state.withLock { state in
      while let next = state.outgoing.first {
        let count = next.withUnsafeBytes { bytes in
          let rest = bytes[state.offset..<min(bytes.count, state.offset + Self.chunkBytes)]
          return rest.withMemoryRebound(to: CChar.self) {
            virStreamSend(rawValue, $0.baseAddress, $0.count)
          }
        }
        if count == -2 { return nil }
        if count < 0 { return .last() }
        state.unsentBytes -= Int(count)
        state.offset += Int(count)
        if state.offset == next.count {
          state.outgoing.removeFirst()
          state.offset = 0
        }
      }
      watch(state)
      return nil
    }
    if let failure { finish(.failed(failure)) }
  }

  private func finish(_ end: End) {
    let onEnd = state.withLock { state in
      defer { Self.end(&state) }
      return state.onEnd
    }
    guard let onEnd else { return }
    virStreamEventRemoveCallback(rawValue)
    // Ends the stream on both sides; it may be gone already, which is what is wanted.
    virStreamAbort(rawValue)
    onEnd(end)
  }
}
