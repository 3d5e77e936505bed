import Testing

@testable import Kernels

@Suite struct ConfigFragmentTests {
  @Test("every fragment of the repository can be read, and base asks for what it is named after")
  func ownFragments() throws {
    let library = try ConfigLibrary(directory: Fixture.root + "/kernels/configs")
    #expect(
      library.names
        == [
          "base", "debug", "debug-info", "debugger", "fault-injection", "gup-test", "kasan",
          "lkdtm", "thp-always",
        ])
    for name in library.names { #expect(try !library.fragment(named: name).requests.isEmpty) }
    let base = try library.fragment(named: "base").requests
    #expect(base.contains { $0.symbol == "CONFIG_USERFAULTFD" && $0.value == "y" })
  }

  @Test("a request has its symbol, value, bounds and place")
  func requests() throws {
    let text = """
      # A comment, which may speak of CONFIG_FOO=y.
      # wants: swap
      CONFIG_ZRAM=y

      # only: >=6.1 <7.0
      CONFIG_HZ=250
      # only: >=7.0
      CONFIG_HZ=0x3e8
      CONFIG_NAME="a = b"
      """
    let fragment = try ConfigFragment(text: text, file: "x.config", name: "x")
    #expect(
      fragment.requests.map(\.configLine) == [
        "CONFIG_ZRAM=y", "CONFIG_HZ=250", "CONFIG_HZ=0x3e8", "CONFIG_NAME=\"a = b\"",
      ])
    #expect(
      fragment.requests.map(\.place) == [
        "x.config:3", "x.config:6", "x.config:8", "x.config:9",
      ])
    let bounds = fragment.requests[1].versions
    let inside = ["5.10", "6.0", "6.1", "6.12", "7.0"].filter {
      KernelVersion($0).map { bounds.contains($0) } ?? false
    }
    #expect(inside == ["6.1", "6.12"])
  }

  @Test(
    "a fragment that cannot be understood is an error with its line",
    arguments: [
      (
        "\n# CONFIG_FOO is not set",
        "x.config:2: a symbol that is to be off is asked for as CONFIG_FOO=n"
      ),
      (
        "CONFIG_FOO",
        "x.config:1: \"CONFIG_FOO\" is no request; write CONFIG_NAME=value without spaces"
      ),
      (
        "CONFIG_FOO = y",
        "x.config:1: \"CONFIG_FOO = y\" is no request; write CONFIG_NAME=value without spaces"
      ),
      ("FOO=y", "x.config:1: \"FOO=y\" is neither CONFIG_NAME=value nor a comment"),
      (
        "CONFIG_FOO=yes",
        "x.config:1: CONFIG_FOO cannot be asked to be yes; a value is y, n, m,"
          + " a number or a \"text\""
      ),
      (
        "CONFIG_FOO=",
        "x.config:1: CONFIG_FOO cannot be asked to be nothing; a value is y, n, m, a number or a "
          + "\"text\""
      ),
      (
        "CONFIG_FOO=\"a\"b\"",
        "x.config:1: CONFIG_FOO cannot be asked to be \"a\"b\"; a value is y, n, m, a number or a "
          + "\"text\""
      ),
      (
        "# only: >6.1\nCONFIG_FOO=y",
        "x.config:1: \">6.1\" bounds no version; write `# only: >=6.1`, `<7.0` or both"
      ),
      (
        "# only: >=7.0 <6.1\nCONFIG_FOO=y",
        "x.config:1: \">=7.0 <6.1\" bounds no version; write `# only: >=6.1`, `<7.0` or both"
      ),
      (
        "#Only: >=6.1.5\nCONFIG_FOO=y",
        "x.config:1: \">=6.1.5\" bounds no version; write `# only: >=6.1`, `<7.0` or both"
      ),
      (
        "# only: >=6.1\n# text\nCONFIG_FOO=y",
        "x.config:1: `# only:` must have its request on the next line"
      ),
      ("CONFIG_FOO=y\n# only: >=6.1", "x.config:2: `# only:` has no request below it"),
      (
        "# wants:\nCONFIG_FOO=y",
        "x.config:1: `# wants:` names nothing; name the catalogue areas that need the block below"
      ),
      (
        "CONFIG_FOO=y\nCONFIG_BAR=y\nCONFIG_FOO=n",
        "x.config:3: CONFIG_FOO is asked for in line 1 already; keep one of the two"
      ),
      (
        "# only: <6.6\nCONFIG_FOO=y\n# only: >=6.1\nCONFIG_FOO=n",
        "x.config:4: CONFIG_FOO is asked for in line 2 already; keep one of the two"
      ),
    ])
  func malformed(_ text: String, _ message: String) {
    #expect {
      try ConfigFragment(text: text, file: "x.config", name: "x")
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test("an unknown fragment's message has the nearest names; a name with a slash is a file")
  func unknown() throws {
    let library = try ConfigLibrary(directory: Fixture.root + "/kernels/configs")
    #expect {
      try library.fragment(named: "debgu")
    } throws: { error in
      "\(error)" == "unknown configuration \"debgu\"; did you mean debug? (a path to a file needs a"
        + " \"/\")"
    }
    let folder = try TemporaryFolder()
    let path = try folder.write("mine.config", "CONFIG_FOO=y\n")
    #expect(try library.fragment(named: path).name == "mine")
    #expect {
      try library.fragment(named: folder.path + "/other.config")
    } throws: { error in
      "\(error)" == folder.path
        + "/other.config cannot be read: check that it exists and its permissions"
    }
  }
}
