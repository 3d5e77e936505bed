import Foundation

/// Makes a refusal of what git wrote when it refused a patch.
struct RefusalReader {
  let patch: Patch
  /// git's standard error.
  let errors: String
  /// Where the files are that the patch was tried on; git changes none of them when it refuses.
  let tree: String

  /// What one line of git's says.
  private struct Finding {
    var reason: PatchRefusal.Reason
    var path: String?
    var line: Int?
  }

  func refusal(isApplied: Bool) -> PatchRefusal {
    let said = complaints
    let finding =
      said.lazy.compactMap(Self.finding).first ?? Finding(reason: .other, path: nil, line: nil)
    let isMismatch = finding.reason == .mismatch
    let file = UnifiedDiff(patch.diff).files.first { $0.names.contains(finding.path ?? "") }
    let hunk = isMismatch ? file?.hunks.first { $0.start == finding.line } : nil
    let canBeApplied =
      isMismatch || finding.reason == .existingFile
      || finding.reason == .missingFile
    return PatchRefusal(
      index: patch.index, subject: patch.subject, file: patch.file,
      reason: isApplied && canBeApplied ? .alreadyApplied : finding.reason, path: finding.path,
      hunk: hunk?.number, hunks: hunk == nil ? nil : file?.hunks.count, line: finding.line,
      nearest: isApplied ? nil : hunk.flatMap { nearest($0, in: finding.path) },
      words: said.isEmpty ? "git ended without a word" : said.joined(separator: "; "))
  }

  private var complaints: [String] {
    errors.split(separator: "\n").compactMap { line in
      line.prefixMatch(of: #/(?:error|fatal): /#).map { String(line[$0.range.upperBound...]) }
    }
  }

  private static func finding(_ line: String) -> Finding? {
    if let part = line.wholeMatch(of: /patch failed: (.+):(\d+)/) {
      return Finding(reason: .mismatch, path: String(part.1), line: Int(part.2))
    }
    if let part = line.wholeMatch(of: /(.+): does not exist in index|(.+): No such file .*/) {
      return Finding(reason: .missingFile, path: (part.1 ?? part.2).map(String.init))
    }
    if let part = line.wholeMatch(of: /(.+): already exists in (?:index|working directory)/) {
      return Finding(reason: .existingFile, path: String(part.1))
    }
    if line.contains(/invalid path|beyond a symbolic link/) {
      let path = line.firstMatch(of: /'(.+)'/).map { String($0.1) }
      return Finding(reason: .forbiddenPath, path: path)
    }
    if let part = line.firstMatch(of: /(?:corrupt|fragment without header).* at line (\d+)/) {
      return Finding(reason: .corrupt, line: Int(part.1))
    }
    return line.contains("No valid patches in input") ? Finding(reason: .empty) : nil
  }

  private func nearest(_ hunk: UnifiedDiff.Hunk, in path: String?) -> NearestPlace? {
    guard let path, let content = FileManager.default.contents(atPath: tree + "/" + path)
    else { return nil }
    return NearestPlace(of: hunk, in: Array(DiffLines(content)))
  }
}
