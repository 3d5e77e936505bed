import Foundation
import Lab
import Testing

@Suite("where faultline's own files are")
struct InstallationTests {
  private let home = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-home-\(UUID().uuidString)")

  /// Makes an empty file and its folders.
  private func touch(_ path: String, executable: Bool = false) throws {
    let file = home.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data().write(to: file)
    if executable {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
  }

  private func remove() {
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(at: home)  // see above
  }

  @Test(
    "a checkout and a prefix are both found, from their executables and as FAULTLINE_HOME",
    arguments: [
      ("kernels/kernels.yaml", "bin/faultline", "bin/guest"),
      ("kernels/kernels.yaml", ".build/release/faultline", "bin/guest"),
      ("share/faultline/kernels/kernels.yaml", "bin/faultline", "lib/faultline/guest"),
    ])
  func layouts(_ catalog: String, _ executable: String, _ guest: String) throws {
    defer { remove() }
    try touch(catalog)
    let program = home.appendingPathComponent(executable)
    let nowhere = URL(fileURLWithPath: "/nowhere/bin/faultline")
    for found in [
      try Installation.locate(home: nil, executable: program),
      try Installation.locate(home: home.path, executable: nowhere),
    ] {
      #expect(found.guestDirectory.path == home.appendingPathComponent(guest).path)
      #expect(found.file("kernels.yaml").path == home.appendingPathComponent(catalog).path)
    }
  }

  @Test("FAULTLINE_HOME is believed: nothing else is searched")
  func homeWins() throws {
    defer { remove() }
    try touch("kernels/kernels.yaml")
    let program = home.appendingPathComponent("bin/faultline")
    #expect(throws: Installation.Failure.notFound(searched: ["/nowhere"])) {
      try Installation.locate(home: "/nowhere", executable: program)
    }
  }

  @Test("programs are suites; init, the tests' programs and hidden files are not")
  func programs() throws {
    defer { remove() }
    try touch("kernels/kernels.yaml")
    let installation = try Installation.locate(
      home: home.path, executable: URL(fileURLWithPath: "/x/y"))
    let guest = home.appendingPathComponent("bin/guest").path
    #expect(throws: Installation.Failure.notBuilt(guestDirectory: guest)) {
      try installation.suitePrograms()
    }
    try touch("bin/guest/init", executable: true)
    #expect(throws: Installation.Failure.notBuilt(guestDirectory: guest)) {
      try installation.suitePrograms()
    }
    for name in ["swap", "fork", "test/test-trouble", ".built"] {
      try touch("bin/guest/" + name, executable: true)
    }
    #expect(try installation.suitePrograms().map(\.lastPathComponent) == ["fork", "swap"])
  }
}
