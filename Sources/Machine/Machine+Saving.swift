internal import Foundation
internal import GuestProtocol
internal import Libvirt

extension Machine {
  /// Writes the guest's state to disk and ends the guest; call it while nothing runs in it.
  ///
  /// - Throws: `MachineError.notSaved`; the guest is to be destroyed then.
  package func save() async throws -> SavedGuest {
    guard let files = await hypervisor.savedFiles(of: spec) else {
      throw MachineError.notSaved(
        guest: name,
        cause: "only the embedded driver's guests can be")
    }
    do {
      try prepareToLeave { try $0.save(to: files.image) }
    } catch let error as LibvirtError {
      throw MachineError.notSaved(guest: name, cause: error.message)
    }
    keepsFiles = true
    await destroy()
    do {
      for disk in files.disks { try SparseFile(path: disk.path).move(to: disk.copy) }
    } catch {
      throw MachineError.notSaved(guest: name, cause: "\(error)")
    }
    return SavedGuest(
      spec: spec, bootDuration: greeting?.bootDuration ?? .zero, image: files.image,
      disks: files.disks, sentCount: channel.sentCount, programs: programs)
  }

  /// Asks a guest that comes from a saved state for a greeting of its own.
  func greetAgain() async throws {
    let nonce = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let entropy = (0..<4).map { _ in
      let word = String(UInt64.random(in: 0...UInt64.max), radix: 16)
      return String(repeating: "0", count: 16 - word.count) + word
    }
    channel.send(
      .greet(
        nonce: nonce, wallMilliseconds: Int64(Date.now.timeIntervalSince1970 * 1_000),
        entropy: entropy.joined()))
    try await awaitGreeting(nonce: nonce)
  }
}
