import Foundation
import Testing

/// What `swift format` cannot check.
@Suite("tidy")
struct TidyTests {
  /// What each of our targets may import of ours; design.md's arrows.
  private static let arrows: [String: Set<String>] = [
    "GuestProtocol": [], "KernelLog": [], "LinuxMM": ["CLinuxMM"],
    "GuestKit": ["GuestProtocol", "LinuxMM"], "StateModel": [],
    "Results": ["GuestProtocol", "KernelLog"],
    "Libvirt": ["CLibvirt"],
    "Machine": ["Libvirt", "Results", "GuestProtocol", "KernelLog"],
    "Kernels": ["Results"],
    "Store": ["Results", "KernelLog", "GuestProtocol"],
    "Reports": ["Results", "KernelLog", "GuestProtocol"],
    "Dashboard": ["Store", "Reports", "Results", "GuestProtocol"],
    "Lab": ["Kernels", "Machine", "Results", "GuestProtocol", "KernelLog"],
    "faultline": [
      "Lab", "Reports", "Store", "Dashboard", "Kernels", "Machine", "Results", "GuestProtocol",
      "KernelLog",
    ],
  ]
  private static let ours = Set(arrows.keys).union(["CLinuxMM", "CLibvirt"])
  private static let withoutFoundation: Set<String> = [
    "GuestProtocol", "KernelLog", "LinuxMM", "GuestKit", "StateModel",
  ]

  @Test("imports point one way")
  func imports() throws {
    let tree = try SourceTree.swift(below: "Sources")
    let findings = tree.findings { file, _, line in
      guard let imported = Self.importedModule(line) else { return nil }
      let target = file.path.split(separator: "/")[1]
      guard let allowed = Self.arrows[String(target)] else { return "\(target) has no row here" }
      if imported == "Foundation", Self.withoutFoundation.contains(String(target)) {
        return "\(target) must not import Foundation"
      }
      guard Self.ours.contains(imported), !allowed.contains(imported) else { return nil }
      return "\(target) must not import \(imported)"
    }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test("the guest's programs import only the guest's libraries")
  func guestImports() throws {
    let tree = try SourceTree.swift(below: "guest/Sources")
    let hostOnly = Self.ours.subtracting([
      "GuestProtocol", "LinuxMM", "GuestKit", "CLinuxMM", "StateModel",
    ]).union(["Foundation", "Dispatch"])
    let findings = tree.findings { _, _, line in
      guard let imported = Self.importedModule(line), hostOnly.contains(imported) else {
        return nil
      }
      return "the guest must not import \(imported)"
    }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test("no file is longer than 400 lines, no function longer than 70")
  func sizes() throws {
    let tree = try SourceTree.swift(below: "Sources", "guest/Sources", "Tests")
    var findings = tree.files.filter { $0.lines.count > 401 }
      .map { "\($0.path):1: \($0.lines.count - 1) lines" }
    for file in tree.files { findings += Self.longFunctions(in: file) }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test("no construct that hides a failure")
  func bannedConstructs() throws {
    let tree = try SourceTree.swift(below: "Sources", "guest/Sources", "Tests")
    let findings = tree.findings { file, index, line in
      guard !file.path.hasPrefix("Tests/Tidy") else { return nil }
      let code = line.components(separatedBy: "//")[0]
      if code.contains("try!") { return "try!" }
      if code.contains("as!") { return "as!" }
      if code.contains(/\btry\?/), !line.contains("//") {
        return "try? without a reason on its line"
      }
      if code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)"),
        !line.contains("//"), !Self.isComment(file, index - 1)
      {
        return "an unchecked promise without a comment above"
      }
      // KTAP has a directive of that name, so only the comment's form counts.
      if line.contains("// TODO") || line.contains("// FIXME") {
        return "a TODO; open an issue instead"
      }
      return nil
    }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test("only the command line prints")
  func prints() throws {
    let tree = try SourceTree.swift(below: "Sources")
    let findings = tree.findings { file, _, line in
      guard line.contains("print("), !file.path.hasPrefix("Sources/faultline/"),
        line.range(of: #"(^|[^.\w])print\("#, options: .regularExpression) != nil
      else { return nil }
      return "print outside the command line"
    }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test("the README runs what exists: its make targets and its first code block")
  func readme() throws {
    let tree = try SourceTree(folders: ["."]) { $0 == "README.md" || $0 == "Makefile" }
    let readme = try #require(tree.files.first { $0.path.hasSuffix("README.md") })
    let makefile = try #require(tree.files.first { $0.path.hasSuffix("Makefile") })
    let firstBlock = try #require(readme.lines.firstIndex { $0.hasPrefix("```") })
    #expect(firstBlock < 25)
    let targets = Set(makefile.lines.compactMap { $0.firstMatch(of: /^([a-z]+):/)?.1 })
    for line in readme.lines {
      guard let wanted = line.firstMatch(of: /^(?:\$ )?make ([a-z]+)/)?.1 else { continue }
      #expect(targets.contains(wanted), "README.md: make \(wanted) does not exist")
    }
  }

  private static func importedModule(_ line: String) -> String? {
    // The plain search first: a regular expression on every line takes half a minute.
    guard line.contains("import ") else { return nil }
    return line.firstMatch(
      of: /^(?:(?:public|package|internal|private|@testable) )*import (?:\w+ )?(\w+)/
    )
    .map { String($0.1) }
  }

  private static func isComment(_ file: SourceTree.File, _ index: Int) -> Bool {
    guard file.lines.indices.contains(index) else { return false }
    let line = file.lines[index].trimmingCharacters(in: .whitespaces)
    let continues = line.hasPrefix("@") || line.hasPrefix("nonisolated(unsafe)")
    return line.hasPrefix("//") || (continues && isComment(file, index - 1))
  }

  /// Functions over 70 lines; formatted code closes a body with a brace at the indentation of its first line.
  private static func longFunctions(in file: SourceTree.File) -> [String] {
    var findings: [String] = []
    for (index, line) in file.lines.enumerated() {
      guard ["func ", "init", "deinit ", "subscript"].contains(where: { line.contains($0) }),
        line.firstMatch(of: /^ *(?:@?[\w()]+ )*(?:func |init[?(<]|deinit |subscript)/) != nil,
        !line.trimmingCharacters(in: .whitespaces).hasPrefix("//")
      else { continue }
      let indent = line.prefix { $0 == " " }
      guard !line.hasSuffix("}"),
        let end = file.lines[(index + 1)...].firstIndex(where: {
          $0 == indent + "}" || ($0.hasPrefix(indent + "}") && $0.count == indent.count + 1)
        })
      else { continue }
      if end - index + 1 > 70 {
        findings.append("\(file.path):\(index + 1): a function of \(end - index + 1) lines")
      }
    }
    return findings
  }
}
