internal import ArgumentParser
internal import Dashboard
internal import Foundation
internal import Lab
internal import Reports
internal import Results

/// `faultline serve`: the history as pages.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Show the history in a browser: runs, cases, comparisons, and runs that go on.",
    discussion: """
      faultline serve
      faultline serve --listen 127.0.0.1:0 --history ci.db

      It shows and changes nothing: the history is opened for reading alone, and only GET and HEAD are answered. \
      Without --listen nobody but this host reaches it. docs/serve.md says what each page has.

      Exit status: 130 after Ctrl-C; 64 usage; 69 when the address is in use, or there is no history.
      """)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Listen here; the default is 127.0.0.1:8017. Port 0 is a free one.", valueName: "address:port"
    ))
  var listen: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Another name that browsers may call this server by; may be repeated.", valueName: "host"))
  var name: [String] = []

  @OptionGroup var history: HistoryOptions

  func validate() throws {
    if let listen, ListenAddress(listen) == nil {
      throw ValidationError(
        "--listen is “\(listen)”; expected an address in digits and a port, as 127.0.0.1:8017 or [::1]:8017"
      )
    }
  }

  func run() async throws {
    let address = listen.flatMap { ListenAddress($0) } ?? .standard
    let dashboard = Dashboard(
      try history.reading(), listings: await listings(), knownIssues: knownIssues(),
      names: HostNames(name))
    let server = try PageServer(dashboard, on: address)
    if !address.isLoopback {
      Terminal.err(
        """
        warning: whoever reaches \(address.host) can read every run, kernel log and path of the history
          there is neither a password nor encryption; --listen 127.0.0.1:8017 is for this host alone

        """)
    }
    // Nothing is written, so that nothing has to end in order.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in _exit(130) } }
    Terminal.out("\(server.url)\n")
    Thread.detachNewThread { dashboard.warm() }
    try await server.run()
  }

  /// What the programs declare of their cases; everything else is shown without it.
  private func listings() async -> [CaseListing] {
    do {
      return try await Workspace().suites([]).flatMap(\.cases)
    } catch {
      Terminal.err("note: cases have no promises: \(Escaping.lines("\(error)"))\n")
      return []
    }
  }

  private func knownIssues() -> KnownIssues {
    do {
      return try Workspace().knownIssues()
    } catch {
      Terminal.err("note: known issues have no reasons: \(Escaping.lines("\(error)"))\n")
      return KnownIssues()
    }
  }
}
