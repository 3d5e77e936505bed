import Testing

@testable import Kernels

/// The reasons, each on a small tree of Kconfig files.
@Suite struct ConfigDiagnosisTests {
  /// Kconfig files that have every construct a reason comes from.
  private static let files = [
    "Kconfig": """
    mainmenu "Test $(VERSION)"
    flag := $(cc-option,-m64)
    source "arch/$(SRCARCH)/Kconfig"
    source "mm/Kconfig"
    """,
    "arch/x86/Kconfig": """
    config X86
    	def_bool y
    	select HAVE_CHECK
    	select MEMBLKS if NUMA
    config HAVE_CHECK
    	bool
    config HAVE_OTHER
    	bool
    config MEMBLKS
    	bool
    config SMP
    	bool "Several processors"
    	help
    	  config DECOY
    	    depends on NOTHING

    	  depends on this text being skipped
    config NUMA
    	bool "Nodes"
    	depends on SMP
    	depends on X86 || \\
    		ARM
    config CPUS
    	int "Processors" if SMP
    	range 2 64 if SMP
    	default 1
    """,
    "mm/Kconfig": """
    menuconfig SWAP
    	bool "Swap"
    if SWAP
    config ZSWAP
    	bool "Compressed" if EXPERT
    	default y
    endif
    config EXPERT
    	bool "Expert"
    menu "Debugging"
    	depends on EXPERT
    config NUMA_EMU
    	bool "Emulation"
    	depends on X86 && NUMA
    endmenu
    choice
    	prompt "Huge pages"
    	depends on SMP
    config ALWAYS
    	bool "always"
    config MADVISE
    	bool "madvise"
    endchoice
    config TOOL
    	bool "needs the compiler"
    	depends on $(cc-option,-mtool)
    config OTHER
    	bool "needs another architecture"
    	depends on HAVE_OTHER && !SWAP
    config XARRAY
    	bool
    config THP
    	bool "huge"
    	select XARRAY
    config TWICE
    	bool "first" if NUMA && EXPERT
    config TWICE
    	bool
    	prompt "second"
    	depends on EXPERT
    config MODULES
    	bool "Modules"
    config DRIVER
    	tristate "Driver"
    config HOTPLUG_MEMORY
    	bool "Plug"
    config BLOCKS
    	def_bool y
    	depends on MEMBLKS
    """,
  ]

  /// The reason that `request` was missed in a configuration.
  private func reason(
    _ request: String, in config: String, asked: String = ""
  ) throws -> String {
    let folder = try TemporaryFolder()
    for (name, text) in Self.files { try folder.write(name, text + "\n") }
    let version = KernelVersion(major: 5, minor: 10)
    let fragment = try ConfigFragment(
      text: asked + request + "\n", file: "x.config", name: "x")
    let plan = ConfigPlan(fragments: [fragment], version: version)
    let values = ConfigValues(config)
    let miss = try #require(plan.misses(in: values).last)
    let kconfig = try Kconfig(sourceRoot: folder.path)
    return ConfigDiagnosis(kconfig: kconfig, config: values, plan: plan).reason(for: miss)
  }

  @Test(
    "the reason is the smallest part of the Kconfig files that kept the request out",
    arguments: [
      ("CONFIG_NOTHING=y", "", "no such symbol in this version"),
      ("CONFIG_DECOY=y", "", "no such symbol in this version"),
      (
        "CONFIG_HOTPLUG_MEMRY=y", "",
        "no such symbol in this version; did you mean CONFIG_HOTPLUG_MEMORY?"
      ),
      ("CONFIG_NUMA=y", "CONFIG_X86=y\n", "depends on SMP; SMP is n (nothing asks for it)"),
      (
        "CONFIG_NUMA_EMU=y", "CONFIG_X86=y\nCONFIG_EXPERT=y\n",
        "depends on X86 && NUMA; NUMA is n (depends on SMP; SMP is n)"
      ),
      (
        "CONFIG_NUMA_EMU=y", "CONFIG_X86=y\nCONFIG_SMP=y\n",
        "depends on EXPERT and on X86 && NUMA; EXPERT is n (nothing asks for it), NUMA is n "
          + "(nothing asks for it)"
      ),
      (
        "CONFIG_ZSWAP=n", "CONFIG_SWAP=y\nCONFIG_ZSWAP=y\n",
        "can be set only if EXPERT; EXPERT is n (nothing asks for it)"
      ),
      ("CONFIG_XARRAY=n", "CONFIG_XARRAY=y\nCONFIG_THP=y\n", "selected by THP"),
      (
        "CONFIG_X86=n", "CONFIG_X86=y\n",
        "has no prompt, so it cannot be turned off; its default is y"
      ),
      (
        "CONFIG_HAVE_OTHER=y", "",
        "has no prompt, so it cannot be asked for; nothing selects it"
      ),
      (
        "CONFIG_MEMBLKS=y", "CONFIG_X86=y\n",
        "has no prompt, so it cannot be asked for; only X86 if NUMA would select it"
      ),
      (
        "CONFIG_BLOCKS=y", "CONFIG_X86=y\n",
        "has no prompt, so it cannot be asked for; depends on MEMBLKS; MEMBLKS is n (only X86 if "
          + "NUMA would select it)"
      ),
      (
        "CONFIG_OTHER=y", "CONFIG_SWAP=y\n",
        "depends on HAVE_OTHER && !SWAP; HAVE_OTHER is n (nothing selects it), SWAP is y"
      ),
      ("CONFIG_ALWAYS=y", "CONFIG_SMP=y\nCONFIG_MADVISE=y\n", "MADVISE is chosen instead"),
      (
        "CONFIG_ALWAYS=n", "CONFIG_SMP=y\nCONFIG_ALWAYS=y\n",
        "its choice has no other member that is asked for; ask for CONFIG_MADVISE"
      ),
      (
        "CONFIG_TOOL=y", "",
        "depends on $(cc-option,-mtool), which the toolchain answers"
      ),
      ("CONFIG_CPUS=100", "CONFIG_SMP=y\nCONFIG_CPUS=64\n", "its range is 2 to 64"),
      (
        "CONFIG_CPUS=2", "CONFIG_CPUS=1\n",
        "can be set only if SMP; SMP is n (nothing asks for it)"
      ),
      ("CONFIG_CPUS=y", "CONFIG_CPUS=1\n", "it is a number (int)"),
      ("CONFIG_SMP=2", "", "it is a bool, which is y or n"),
      ("CONFIG_SMP=m", "", "it is a bool, which cannot be m"),
      (
        "CONFIG_DRIVER=m", "CONFIG_DRIVER=y\n",
        "it cannot be m without modules; MODULES is n"
      ),
      // The second of two definitions lacks less.
      ("CONFIG_TWICE=y", "", "depends on EXPERT; EXPERT is n (nothing asks for it)"),
    ])
  func reasons(_ request: String, _ config: String, _ expected: String) throws {
    #expect(try reason(request, in: config) == expected)
  }

  @Test("a symbol that the plan itself turns off is named with the line that does")
  func contradiction() throws {
    #expect(
      try reason("CONFIG_NUMA=y", in: "CONFIG_X86=y\n", asked: "# only: <6.1\nCONFIG_SMP=n\n")
        == "depends on SMP; SMP is n (as x.config:2 asks)")
  }

  @Test("the error names configuration, version and every miss with its line and reason")
  func wholeError() throws {
    let folder = try TemporaryFolder()
    for (name, text) in Self.files { try folder.write(name, text + "\n") }
    let base = try ConfigFragment(
      text: "CONFIG_SMP=y\n\nCONFIG_NUMA_EMU=y\n", file: "base.config", name: "base")
    let debug = try ConfigFragment(
      text: "CONFIG_PAGE_TABLE_CHECK=y\n", file: "debug.config", name: "debug")
    let plan = ConfigPlan(
      fragments: [base, debug], version: KernelVersion(major: 5, minor: 10))
    let config = ConfigValues("CONFIG_X86=y\nCONFIG_SMP=y\nCONFIG_EXPERT=y\n")
    #expect {
      try plan.verify(config, sourceRoot: folder.path)
    } throws: { error in
      "\(error)" == """
        the configuration base + debug cannot be had on linux 5.10:
          CONFIG_NUMA_EMU=y (base.config:3) is n: depends on X86 && NUMA; NUMA is n (nothing asks \
        for it)
          CONFIG_PAGE_TABLE_CHECK=y (debug.config:1) is n: no such symbol in this version
          try: `# only: >=A.B` above the line, or another fragment
        """
    }
  }

  @Test("a file that `source` names and that is missing is an error")
  func missingFile() throws {
    let folder = try TemporaryFolder()
    try folder.write("Kconfig", "source \"mm/Kconfig\"\n")
    #expect {
      try Kconfig(sourceRoot: folder.path)
    } throws: { error in
      "\(error)" == folder.path
        + "/mm/Kconfig cannot be read: check that it exists and its permissions"
    }
  }
}
