import Testing

@testable import Kernels

@Suite struct ConfigPlanTests {
  private func fragment(_ name: String, _ text: String) throws -> ConfigFragment {
    try ConfigFragment(text: text, file: name + ".config", name: name)
  }

  @Test("the last line about a symbol wins, at its place, and other versions' lines are left out")
  func merged() throws {
    let base = try fragment(
      "base",
      """
      CONFIG_ALWAYS=n
      CONFIG_MADVISE=y
      # only: <6.1
      CONFIG_OLD=y
      # only: >=6.1
      CONFIG_NEW=y
      """)
    let thp = try fragment("thp", "CONFIG_ALWAYS=y\nCONFIG_MADVISE=n\n")
    let plan = ConfigPlan(
      fragments: [base, thp], version: KernelVersion(major: 6, minor: 12))
    #expect(plan.fragments == ["base", "thp"])
    #expect(plan.text == "CONFIG_NEW=y\nCONFIG_ALWAYS=y\n# CONFIG_MADVISE is not set\n")
  }

  @Test("a request is missed when the value differs; absent and off are the same")
  func misses() throws {
    let asked = try fragment(
      "x", "CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=n\nCONFIG_D=250\nCONFIG_E=y\nCONFIG_F=\"t\"\n")
    let plan = ConfigPlan(fragments: [asked], version: KernelVersion(major: 6, minor: 12))
    let config = ConfigValues(
      "# CONFIG_A is not set\nCONFIG_C=y\nCONFIG_D=100\nCONFIG_E=y\nCONFIG_F=\"t\"\n")
    let misses = plan.misses(in: config)
    #expect(misses.map(\.symbol) == ["CONFIG_A", "CONFIG_C", "CONFIG_D"])
    #expect(misses.map(\.wanted) == ["y", "n", "250"])
    #expect(misses.map(\.got) == ["n", "y", "100"])
  }

  @Test("base comes first, once")
  func library() throws {
    let folder = try TemporaryFolder()
    try folder.write("base.config", "CONFIG_A=y\n")
    try folder.write("debug.config", "CONFIG_B=y\n")
    let library = try ConfigLibrary(directory: folder.path)
    let plan = try library.plan(["debug", "base"], for: KernelVersion(major: 7, minor: 2))
    #expect(plan.fragments == ["base", "debug"])
    #expect(plan.text == "CONFIG_A=y\nCONFIG_B=y\n")
  }

  @Test("the version is that of the tree's Makefile")
  func version() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "Makefile", "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 107\nEXTRAVERSION =\n")
    let version = try KernelVersion(sourceRoot: folder.path)
    #expect("\(version)" == "6.12")
    #expect(KernelVersion(major: 6, minor: 2) < version)
    #expect {
      try KernelVersion(sourceRoot: "/nonexistent")
    } throws: { error in
      "\(error)" == "/nonexistent is no kernel source tree: it has no Makefile with VERSION and "
        + "PATCHLEVEL"
    }
  }

  @Test("a plan that is satisfied asks nothing of the source tree")
  func satisfied() throws {
    let plan = ConfigPlan(
      fragments: [try fragment("x", "CONFIG_A=y\n")], version: KernelVersion(major: 6, minor: 12))
    try plan.verify(ConfigValues("CONFIG_A=y\n"), sourceRoot: "/nonexistent")
  }

  @Test("a source tree whose Kconfig cannot be read leaves the miss without a reason, not silent")
  func unreadable() throws {
    let plan = ConfigPlan(
      fragments: [try fragment("x", "CONFIG_A=y\n")], version: KernelVersion(major: 6, minor: 12))
    #expect {
      try plan.verify(ConfigValues(""), sourceRoot: "/nonexistent")
    } throws: { error in
      "\(error)" == """
        the configuration x cannot be had on linux 6.12:
          CONFIG_A=y (x.config:1) is n: why is not known: /nonexistent/Kconfig cannot be read: \
        check that it exists and its permissions
          try: `# only: >=A.B` above the line, or another fragment
        """
    }
  }
}
