import CInit
import GuestProtocol

/// A program that the host pushed, in sealed memory.
struct Program {
  let digest: String
  let memory: CInt
}

/// The programs the guest holds.
struct Programs {
  /// Holds a link to each program, by its digest.
  private static let directory = "/faultline/programs"

  private var held: [Program] = []
  private var upload: Upload?

  /// The program of this digest, or nil when it was never pushed.
  subscript(digest: String) -> Program? {
    held.first { $0.digest == digest }
  }

  /// Gets ready for the bytes of a program, which come whether they are wanted or not.
  mutating func expect(digest: String, name: String, length: Int, check: String) {
    if let stale = upload?.memory, stale >= 0 { ci_close(stale) }
    var next = Upload(digest: digest, check: check, left: length)
    if self[digest] != nil {
      next.isHeld = true
    } else if held.count >= Limits.programs {
      next.failure = "\(Limits.programs) programs are held already"
    } else {
      next.memory = ci_memfd(name)
      if next.memory < 0 {
        next.failure = "no memory for the program: \(errorName(next.memory))"
      }
    }
    upload = next
  }

  /// Gets ready to skip bytes that were announced for something that cannot be stored.
  mutating func skip(about: String, length: Int, reason: String) {
    upload = Upload(digest: about, check: "", left: length)
    upload?.failure = reason
  }

  /// Takes some of the bytes, and answers what to tell the host when they were the last.
  mutating func take(_ bytes: [UInt8]) -> GuestRecord? {
    guard var current = upload else { return nil }
    current.take(bytes)
    guard current.left <= 0 else {
      upload = current
      return nil
    }
    upload = nil
    return finish(current)
  }

  private mutating func finish(_ upload: Upload) -> GuestRecord {
    if upload.isHeld { return .pushed(digest: upload.digest) }
    var failure = upload.failure
    if failure == nil, upload.checksum.text != upload.check {
      failure =
        "the bytes were damaged: check value \(upload.checksum.text), announced \(upload.check)"
    }
    if failure == nil, case let result = ci_seal(upload.memory), result < 0 {
      failure = "the program cannot be sealed: \(errorName(result))"
    }
    guard let failure else {
      held.append(Program(digest: upload.digest, memory: upload.memory))
      // For the escort, which executes programs that are not ours by this path.
      ci_mkdir(Self.directory)
      ci_symlink("/proc/1/fd/" + String(upload.memory), Self.directory + "/" + upload.digest)
      return .pushed(digest: upload.digest)
    }
    if upload.memory >= 0 { ci_close(upload.memory) }
    return .refused(about: upload.digest, reason: failure)
  }
}

/// A program on its way.
private struct Upload {
  let digest: String
  let check: String
  /// How many bytes are still to come.
  var left: Int
  /// -1 when the bytes are skipped.
  var memory: CInt = -1
  /// The program is held already; its bytes are skipped.
  var isHeld = false
  /// Why the program will be refused when its bytes have come.
  var failure: String?
  var checksum = Checksum()

  init(digest: String, check: String, left: Int) {
    self.digest = digest
    self.check = check
    self.left = left
  }

  mutating func take(_ bytes: [UInt8]) {
    left -= bytes.count
    guard memory >= 0, failure == nil else { return }
    bytes.withUnsafeBytes { buffer in
      checksum.add(buffer)
      failure = store(buffer)
    }
  }

  /// Writes all of the bytes; answers a sentence when it cannot.
  private func store(_ bytes: UnsafeRawBufferPointer) -> String? {
    var written = 0
    while written < bytes.count {
      let count = ci_write(memory, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      guard count > 0 else { return "the program cannot be stored: \(errorName(count))" }
      written += count
    }
    return nil
  }
}
