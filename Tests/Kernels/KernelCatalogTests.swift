import Foundation
import Testing

@testable import Kernels

@Suite struct KernelCatalogTests {
  @Test("the catalogue of the repository is valid and has the kernels that the README names")
  func ownCatalog() throws {
    let catalog = try KernelCatalog(contentsOf: Fixture.root + "/kernels/kernels.yaml")
    #expect(
      catalog.names == [
        "debian-5.10", "debian-6.1", "debian-6.12", "debian-6.12-generic", "debian-6.12-rt",
        "debian-7.2", "debian-next",
      ])
    let next = try catalog.entry(named: "debian-next")
    #expect(next.series == .newest)
    #expect(next.packages.map(\.description).contains("linux-modules-*-cloud-amd64"))
    // Unquoted, YAML would read 5.10 as the number 5.1.
    #expect(try catalog.entry(named: "debian-5.10").series == .series("5.10"))
  }

  @Test("an unknown kernel's message has the nearest names")
  func unknown() throws {
    let catalog = try KernelCatalog(contentsOf: Fixture.root + "/kernels/kernels.yaml")
    #expect {
      try catalog.entry(named: "debian-6.11")
    } throws: { error in
      "\(error)" == "unknown kernel \"debian-6.11\"; did you mean debian-6.1 or debian-6.12 or "
        + "debian-5.10? (a path to an image or a build tree needs a \"/\")"
    }
  }

  @Test("a missing catalogue says where it should be")
  func missing() {
    #expect {
      try KernelCatalog(contentsOf: "/nonexistent/kernels.yaml")
    } throws: { error in
      "\(error)".hasPrefix("/nonexistent/kernels.yaml: cannot be read; set FAULTLINE_HOME")
    }
  }

  private static let good = """
    kernels:
      debian-6.1:
        summary: a kernel
        version: 6.1
        suites: [bookworm]
        packages: [linux-image-*-cloud-amd64-unsigned]
    """

  @Test("a version need not be quoted")
  func unquoted() throws {
    let catalog = try KernelCatalog(yaml: Self.good, file: "k.yaml")
    #expect(try catalog.entry(named: "debian-6.1").series == .series("6.1"))
  }

  @Test(
    "what is wrong is said with file, line and the nearest known key",
    arguments: [
      (
        "suites:", "suite:",
        "k.yaml:5: unknown key \"suite\" in kernel \"debian-6.1\"; did you mean \"suites\"?"
      ),
      (
        "kernels:", "kernel:",
        "k.yaml:1: unknown key \"kernel\" in the file; did you mean \"kernels\"?"
      ),
      (
        "summary: a kernel", "colour: red",
        "k.yaml:3: unknown key \"colour\" in kernel \"debian-6.1\"; known: summary, version, suites, packages"
      ),
      (
        "[bookworm]", "bookworm",
        "k.yaml:5: \"suites\" of kernel \"debian-6.1\" must be a list of at least one text"
      ),
      (
        "[bookworm]", "[]",
        "k.yaml:5: \"suites\" of kernel \"debian-6.1\" must be a list of at least one text"
      ),
      (
        "[bookworm]", "[[a]]",
        "k.yaml:5: each of \"suites\" of kernel \"debian-6.1\" must be a text"
      ),
      (
        "6.1\n", "latest\n",
        "k.yaml:4: \"version\" of kernel \"debian-6.1\" is \"latest\"; expected digits and dots, or newest"
      ),
      ("6.1\n", "[6.1]\n", "k.yaml:4: \"version\" of kernel \"debian-6.1\" must be a text"),
      ("    version: 6.1\n", "", "k.yaml:2: kernel \"debian-6.1\" lacks \"version\""),
      (
        "linux-image-*-cloud", "linux-image-cloud",
        "k.yaml:6: package \"linux-image-cloud-amd64-unsigned\" of kernel \"debian-6.1\" must have one \"*\" for the release"
      ),
      (
        "debian-6.1:", "Debian/6.1:",
        "k.yaml:2: kernel name \"Debian/6.1\" may only have a-z, 0-9, \".\", \"+\" and \"-\""
      ),
    ])
  func wrong(_ old: String, _ new: String, _ message: String) {
    let yaml = Self.good.replacingOccurrences(of: old, with: new)
    #expect {
      try KernelCatalog(yaml: yaml, file: "k.yaml")
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test("text that is not YAML, an empty file and a key given twice are errors with a line")
  func malformed() {
    for (yaml, start) in [
      ("kernels:\n  a: [b", "k.yaml:3: is not YAML: did not find expected"),
      ("", "k.yaml: is empty"),
      ("kernels:\n  a: {}\n  a: {}\n", "k.yaml:2: names twice: a"),
      ("kernels: {}", "k.yaml:1: \"kernels\" names no"),
      ("- a", "k.yaml:1: the file must be a mapping"),
    ] {
      #expect {
        try KernelCatalog(yaml: yaml, file: "k.yaml")
      } throws: { error in
        "\(error)".hasPrefix(start)
      }
    }
  }
}
