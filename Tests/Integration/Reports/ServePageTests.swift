import Foundation
import Results
import Subprocess
import Testing

/// `faultline serve`, the real executable over a real history, in a real browser.
@Suite("what is served, in Chromium", .serialized)
struct ServePageTests {
  private struct Answers: Decodable {
    let values: [String]
    let complaints: [String]
  }

  /// Starts the server, runs a script with its address in `$url`, and stops it by SIGINT; the script's output.
  private func serving(
    _ command: Command, _ options: [String] = [], _ script: String
  ) async throws -> Command.Outcome {
    let server = Command.root.appendingPathComponent("bin/faultline").path
    let browse = Command.root.appendingPathComponent("Tests/Integration/Reports/browse.py").path
    let whole = """
      faultline=$0 browse=$1
      shift
      rm -f url
      "$faultline" serve --listen 127.0.0.1:0 "$@" >url 2>server.err &
      server=$!
      while kill -0 $server 2>/dev/null && ! [ -s url ]; do sleep 0.05; done
      url=$(sed 's,/$,,' url)
      \(script)
      kill -INT $server
      wait $server
      status=$?
      [ $status -eq 130 ] || { cat server.err >&2; exit $status; }
      """
    return try await command.run("bash", ["-c", whole, server, browse] + options)
  }

  private func browse(_ command: Command, _ steps: String) async throws -> Answers {
    try command.write(steps, to: "steps.json")
    let outcome = try await serving(command, "python3 \"$browse\" \"$url\" <steps.json")
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    return try JSONDecoder().decode(Answers.self, from: Data(outcome.out.utf8))
  }

  private func serving(_ command: Command, _ script: String) async throws -> Command.Outcome {
    try await serving(command, [], script)
  }

  /// A history with the example's run of four kernels, and the same run a night later with one case broken.
  private func history() async throws -> Command {
    let command = try Command()
    let text = try String(contentsOf: KeptRuns.example, encoding: .utf8)
    var run = try JSONDecoder().decode(Run.self, from: Data(text.utf8))
    for (id, started) in [("night-1", "2026-11-19T04:00:00Z"), ("night-2", "2026-11-20T04:00:00Z")]
    {
      run.id = id
      run.started = started
      if id == "night-2" {
        let place = try #require(
          run.results.firstIndex { $0.verdict == .pass && !$0.planned.isBoot })
        run.results[place].verdict = .fail
        run.results[place].expected = "a page that stays"
        run.results[place].seen = "it went"
      }
      let folder = command.directory.appendingPathComponent(id)
      let outcome = try await command.faultline(["import", try KeptRuns.write(run, to: folder)])
      #expect(outcome.status == .exited(0), "\(outcome.err)")
    }
    return command
  }

  private static let rows =
    #"{"eval": "String(document.querySelectorAll('tr[data-v]').length)"}"#
  private static let search = #"{"eval": "location.pathname + location.search"}"#
  private static let width = #"{"eval": "String(document.documentElement.scrollWidth)"}"#

  @Test(
    "from the list of runs to a run, filtered, to a case, to its earlier night, and back by key")
  func walk() async throws {
    let command = try await history()
    defer { command.remove() }
    let answers = try await browse(
      command,
      """
      [{"size": [1280, 900]}, {"load": "/"}, {"eval": "String(document.querySelectorAll('tr[data-row]').length)"},
       {"eval": "String(document.querySelectorAll('figure').length > 2)"},
       {"click": "tr[data-row] a"}, {"wait": "location.pathname === '/run'"}, \(Self.search), \(Self.rows),
       {"click": "#search"}, {"type": "stays"}, {"type": "Enter"}, {"wait": "location.search.includes('q=')"},
       \(Self.rows), {"click": "#matrix tr[data-v] a"}, {"wait": "location.pathname === '/case'"},
       {"eval": "String(['it went', 'first bad', 'last good'].every(w => document.body.innerText.includes(w)))"},
       {"click": "#history p a[href*='night-1']"}, {"wait": "location.search.includes('run=night-1')"},
       {"eval": "String(document.body.innerText.includes('it went'))"},
       {"type": "u"}, {"wait": "location.pathname === '/' && document.readyState === 'complete'"}, {"type": "j"}, {"type": "j"},
       {"eval": "document.activeElement.textContent"}]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(
      answers.values == [
        "2", "true", "/run?run=night-2", "15", "1", "true", "false", "night-1",
      ])
  }

  @Test("two nights are compared, what changed is searched, and the address says so")
  func compare() async throws {
    let command = try await history()
    defer { command.remove() }
    let answers = try await browse(
      command,
      """
      [{"load": "/compare"}, {"click": "input[name=a]"}, {"type": "previous"}, {"click": "input[name=b]"},
       {"type": "latest"}, {"type": "Enter"}, {"wait": "location.search.includes('b=latest')"}, \(Self.search),
       {"eval": "document.querySelector('.pill').textContent"},
       {"eval": "document.querySelector('.pair').innerText.includes('it went') ? 'beside' : ''"},
       {"click": "#filter"}, {"type": "nothing of it"}, {"eval": "location.hash"},
       {"eval": "String(Array.from(document.querySelectorAll('[data-row]')).filter(r => r.offsetParent).length)"}]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(
      answers.values == [
        "/compare?a=previous&b=latest", "✗ 1 regression", "beside", "#q=nothing+of+it", "0",
      ])
  }

  @Test(
    "a narrow window needs no scrolling to the side, dark is dark, and without scripts all is there"
  )
  func narrow() async throws {
    let command = try await history()
    defer { command.remove() }
    let pages = ["/", "/run?run=night-2", "/compare?a=night-1&b=night-2"]
    let widths = pages.map { "{\"load\": \"\($0)\"}, \(Self.width)" }.joined(separator: ", ")
    let colour = #"{"eval": "getComputedStyle(document.body).backgroundColor"}"#
    let answers = try await browse(
      command,
      """
      [{"size": [390, 844]}, \(widths), {"scheme": "light"}, \(colour), {"scheme": "dark"}, \(colour),
       {"scripts": false}, {"load": "/run?run=night-2&v=f"}, {"scripts": true}, \(Self.rows),
       {"eval": "String(document.querySelectorAll('form[role=search] button').length)"}]
      """)
    #expect(answers.values.prefix(3) == ["390", "390", "390"])
    #expect(answers.values[3] != answers.values[4])
    #expect(answers.values.suffix(2) == ["2", "1"])
  }

  @Test("hostile words run nothing, load nothing, and lead where they say")
  func hostile() async throws {
    let command = try Command()
    defer { command.remove() }
    let folder = command.directory.appendingPathComponent("evil")
    let imported = try await command.faultline(
      ["import", try KeptRuns.write(KeptRuns.hostile(), to: folder)])
    #expect(imported.status == .exited(0), "\(imported.err)")
    let safe =
      #"{"eval": "document.title === 'owned' ? 'owned' : 'safe'"}"#
    let answers = try await browse(
      command,
      """
      [{"load": "/"}, \(safe), {"click": "tr[data-row] a"}, {"wait": "location.pathname === '/run'"}, \(safe),
       \(Self.rows), {"eval": "String(document.querySelectorAll('script').length)"},
       {"eval": "String(document.querySelectorAll('img, iframe, object, embed, link').length)"},
       {"click": "#matrix tr[data-v] a"}, {"wait": "location.pathname === '/case'"}, \(safe),
       {"load": "/compare?a=%3Cimg%20src=x%20onerror=document.title='owned'%3E&b=x"}, \(safe)]
      """)
    #expect(answers.complaints.isEmpty)
    #expect(answers.values == ["safe", "safe", "9", "1", "0", "safe", "safe"])
  }

  @Test("what goes on is seen going on, and leads to the run in the history when it has ended")
  func live() async throws {
    let command = try await history()
    defer { command.remove() }
    let start = #"$(($(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)))"#
    try command.write(
      """
      [{"load": "/live?run=goes-on"}, {"eval": "String(document.body.innerText.includes('It has just begun'))"},
       {"eval": "fetch('/').then(a => a.text()).then(t => String(t.includes('goes-on')))"},
       {"wait": "document.body.innerText.includes('of 60 results')"}, {"eval": "location.pathname"},
       {"wait": "location.pathname === '/run'"}, {"eval": "location.search"}]
      """, to: "steps.json")
    // The shell stands for the process of a run: its note, its run.json after a while, then its import.
    let outcome = try await serving(
      command,
      """
      mkdir -p faultline/history.db-running going
      printf '{"run":"goes-on","directory":"%s/going","pid":%d,"process_start":%d}' "$PWD" $$ \(start) >faultline/history.db-running/$$.json
      sed 's/"night-2"/"goes-on"/' night-2/run.json >going/part
      (sleep 4; mv going/part going/run.json; sleep 6; "$faultline" import going/run.json >/dev/null) &
      python3 "$browse" "$url" <steps.json
      """)
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    let answers = try JSONDecoder().decode(Answers.self, from: Data(outcome.out.utf8))
    #expect(answers.complaints.isEmpty)
    #expect(answers.values == ["true", "true", "/live", "?run=goes-on"])
  }

  @Test(
    "requests that are none, too long, or of a stranger's name end with their status; two on a line are two"
  )
  func requests() async throws {
    let command = try await history()
    defer { command.remove() }
    try command.write(
      """
      import socket, sys
      host, port = sys.argv[1][7:].split(":")
      def ask(data):
          with socket.create_connection((host, int(port)), 30) as one:
              one.sendall(data)
              got = b""
              while True:
                  part = one.recv(65536)
                  if not part:
                      return got
                  got += part
      end = b"Host: localhost\\r\\nConnection: close\\r\\n\\r\\n"
      for data in [b"GET / HTTP/1.1\\r\\n" + end, b"HEAD / HTTP/1.1\\r\\n" + end, b"nonsense\\r\\n\\r\\n",
                   b"GET /" + b"a" * 20000, b"GET / HTTP/1.1\\r\\nHost: evil.example\\r\\nConnection: close\\r\\n\\r\\n",
                   b"POST / HTTP/1.1\\r\\nContent-Length: 3\\r\\n" + end + b"abc", b"GET /x HTTP/1.0\\r\\nHost: [::1]\\r\\n\\r\\n"]:
          got = ask(data)
          print(got.split(b" ")[1].decode(), len(got.split(b"\\r\\n\\r\\n", 1)[1]) > 0)
      two = ask(b"GET /compare HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\nGET / HTTP/1.1\\r\\n" + end)
      print(two.count(b"HTTP/1.1 200 OK"))
      idle = [socket.create_connection((host, int(port)), 30) for _ in range(24)]
      print(ask(b"GET / HTTP/1.1\\r\\n" + end)[9:12].decode())
      """, to: "ask.py")
    let outcome = try await serving(command, "python3 ask.py \"$url\"")
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(
      outcome.out.split(separator: "\n") == [
        "200 True", "200 False", "400 True", "431 True", "421 True", "405 True", "404 True", "2",
        "200",
      ])
  }

  @Test("a port that is in use, an address that is none, and a history that is not there are said")
  func refusals() async throws {
    let command = try await history()
    defer { command.remove() }
    let twice = try await serving(
      command, "\"$faultline\" serve --listen \"${url#http://}\"; echo $?")
    #expect(twice.out == "69\n" && twice.err.contains("is in use"), "\(twice.err)")
    let nonsense = try await command.faultline(["serve", "--listen", "example.org"])
    #expect(nonsense.status == .exited(64))
    let absent = try await command.faultline(["serve", "--history", "none.db"])
    #expect(absent.status == .exited(69) && absent.err.contains("there is no history"))
    let open = try await serving(command, ["--listen", "0.0.0.0:0"], "cat server.err")
    #expect(open.out.contains("warning: whoever reaches 0.0.0.0"))
  }

  @Test("a run's page has strips where the history has the run, and a comparison is a page, too")
  func files() async throws {
    let command = try await history()
    defer { command.remove() }
    let report = ["report", "night-2", "--format", "html"]
    let page = try await command.faultline(report)
    #expect(page.status == .exited(0), "\(page.err)")
    #expect(page.out.contains("<h4>History</h4>") && page.out.contains("aria-label=\"pass, fail\""))
    #expect(page.out.contains("in all of the last 2 runs"))
    let without = try await command.faultline(report + ["--no-history"])
    #expect(!without.out.contains("<h4>History</h4>"))
    let compared = try await command.faultline([
      "compare", "night-1", "night-2", "--format", "html",
    ])
    #expect(compared.status == .exited(1), "\(compared.err)")
    #expect(compared.out.contains("✗ 1 regression") && compared.out.hasSuffix("</html>\n"))
  }
}
