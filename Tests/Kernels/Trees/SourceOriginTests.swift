import Foundation
import Testing

@testable import Kernels

@Suite("what --base can mean")
struct SourceOriginTests {
  private let folder: TemporaryFolder
  private let catalog: KernelCatalog

  init() throws {
    folder = try TemporaryFolder()
    catalog = try KernelCatalog(
      yaml: """
        kernels:
          debian-6.12:
            summary: a kernel
            version: "6.12"
            suites: [trixie]
            packages: [linux-image-*-cloud-amd64-unsigned]
        sources:
          debian-source-6.12:
            summary: its source
            version: "6.12"
            suites: [trixie]
            packages: [linux-source-*]
        """, file: "kernels.yaml")
  }

  private func message(_ text: String) -> String? {
    do {
      _ = try SourceOrigin.parse(text, catalog: catalog)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("a name of the catalogue, and one version of it")
  func names() throws {
    let whole = try SourceOrigin.parse("debian-source-6.12", catalog: catalog)
    #expect(whole == .debian(catalog.sources[0]))
    let pinned = try SourceOrigin.parse("debian-source-6.12=6.12.107-1", catalog: catalog)
    guard case .debian(let entry) = pinned else {
      Issue.record("\(pinned)")
      return
    }
    #expect(entry.name == "debian-source-6.12=6.12.107-1")
    #expect(entry.series.contains("6.12.107-1"))
    #expect(!entry.series.contains("6.12.107-10"))
    #expect(
      message("debian-source-6.12=6.1.3-1") == """
        “debian-source-6.12=6.1.3-1”: 6.1.3-1 is no version of debian-source-6.12
          try:   a Debian version of that series, such as 6.12.107-1
        """)
    #expect(
      message("debian-source-6.21") == """
        there is no kernel source “debian-source-6.21”
          near:  debian-source-6.12
          try:   a name from `faultline kernels list`, a tarball, a source tree, or DIR@REVISION \
        of a git tree
        """)
  }

  @Test("a folder must be a kernel's source, and have .git before @")
  func folders() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/linux", withIntermediateDirectories: true)
    let path = folder.path + "/linux"
    #expect(message(path) == "\(path) is not a kernel's source: it has no Kconfig at its top")
    #expect(
      message(path + "@v6.12") == """
        “\(path)@v6.12”: \(path) is no git tree
          try:   DIR@REVISION, DIR being the folder that has .git
        """)
    try Data().write(to: URL(fileURLWithPath: path + "/Kconfig"))
    #expect(
      try SourceOrigin.parse(path, catalog: catalog) == .directory(path: path, given: path))
    #expect(message(path + "/none") == "the kernel source \(path)/none does not exist")
  }
}
