import Foundation
@testable import Kernels
import Testing

@Suite("a built kernel in the cache") struct BuiltKernelTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-built-\(UUID().uuidString)").path

  /// A folder with an image of 100 bytes and its record, looked at after a change.
  private func kernel(after change: (String) throws -> Void) throws -> BuiltKernel? {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // only in the way
    let image = folder + "/vmlinux"
    try Data(repeating: 1, count: 100).write(to: URL(fileURLWithPath: image))
    let record = BuildRecord(
      schema: BuildRecord.currentSchema, name: "n", release: "6.12", source: "s", origin: "o",
      change: "none", fragments: ["base"], toolchain: "gcc", warnings: [:], sha256: "", bytes: 100,
      textBytes: 1, steps: 1, milliseconds: 1)
    try JSONEncoder().encode(record).write(to: URL(fileURLWithPath: folder + "/build.json"))
    try change(image)
    return BuiltKernel(folder: folder)
  }

  @Test("is taken as it was left")
  func intact() throws {
    #expect(try kernel { _ in }?.record.release == "6.12")
  }

  @Test("is built again when its image was cut")
  func cut() throws {
    #expect(try kernel { truncate($0, 50) } == nil)
  }

  @Test("is built again when its image was written to after its record")
  func changed() throws {
    let later = Date(timeIntervalSinceNow: 60)
    #expect(
      try kernel {
        try FileManager.default.setAttributes([.modificationDate: later], ofItemAtPath: $0)
      } == nil)
  }

  @Test("is built again when its image or its record is gone, or the record is damaged")
  func gone() throws {
    #expect(try kernel { try FileManager.default.removeItem(atPath: $0) } == nil)
    #expect(
      try kernel { _ in try FileManager.default.removeItem(atPath: folder + "/build.json") } == nil)
    #expect(try kernel { _ in truncate(folder + "/build.json", 20) } == nil)
  }

}
