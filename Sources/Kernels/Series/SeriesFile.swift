import Foundation

/// One file of a SERIES argument, and the messages in it.
struct SeriesFile {
  /// For unpacking one file of mails or splitting it; measured 1.2 s for 426 mails.
  private static let deadline = Duration.seconds(300)
  /// Mails are decoded by git, which wants files; one shell does all of them.
  ///
  /// The header alone first: a "Subject:" in the body would hide the number in the header's.
  private static let decoding = """
    cd "$1" || exit
    command -v git >/dev/null || exit 127
    for mail in [0-9]*; do
      sed '/^\\r\\{0,1\\}$/q' "$mail" | git mailinfo -k "$mail,x" "$mail,y" >"$mail,tags" 2>/dev/null
      git mailinfo "$mail,message" "$mail,diff" <"$mail" >"$mail,facts" 2>/dev/null ||
        : >"$mail,failed"
    done
    """

  let path: String
  /// How messages of it are called.
  let name: String
  /// A folder for what git makes of it.
  let scratch: String

  /// What the beginning of a file says it is.
  enum Kind: Equatable {
    case mailbox(Patch.Mailbox)
    case mail
    case diff
    case other
  }

  /// All messages in the order of the file; none when it holds neither mail nor diff.
  ///
  /// - Throws: `SeriesError.unreadable`, `ChildFailure`, `CancellationError`.
  func messages(ofCommits: Bool = false) async throws -> [SeriesMessage] {
    let bytes = try await content()
    switch Self.kind(of: bytes) {
    case .mailbox(let mailbox): return try await mails(bytes, ofCommits ? .commit : mailbox)
    case .mail: return try await mails(bytes, .mbox)
    case .diff: return [bareDiff(bytes)]
    case .other: return []
    }
  }

  static func kind(of bytes: Data) -> Kind {
    let text = bytes.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    // What a list archive writes; git only takes a file for mboxrd when it is told so.
    if text.starts(with: "From mboxrd@z ".utf8) { return .mailbox(.mboxrd) }
    if text.starts(with: "From ".utf8) { return .mailbox(.mbox) }
    // git am needs an author; a diff with header lines of its own has none.
    if MailHeaders(bytes)?["from"] != nil { return .mail }
    return UnifiedDiff(bytes).files.isEmpty ? .other : .diff
  }

  private func content() async throws -> Data {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw SeriesError.unreadable(path: path, why: "it cannot be read")
    }
    guard bytes.starts(with: [0x1f, 0x8b]) else { return bytes }
    let unpacked = scratch + "/unpacked"
    let child = ChildProcess(
      "sh", ["-c", "exec gzip -dc <\"$1\" >\"$2\"", "gzip", path, unpacked],
      deadline: Self.deadline)
    let ending = try await child.run()
    guard ending.succeeded, let content = FileManager.default.contents(atPath: unpacked) else {
      let why = ending.errors.split(separator: "\n").first.map(\.trimmed) ?? "gzip failed"
      throw SeriesError.unreadable(path: path, why: why)
    }
    return content
  }

  private func mails(_ bytes: Data, _ mailbox: Patch.Mailbox) async throws -> [SeriesMessage] {
    let folder = scratch + "/mails"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let whole = scratch + "/whole"
    try bytes.write(to: URL(fileURLWithPath: whole))
    // The escapes of mboxrd stay for git am, which splits once more.
    let carriage = mailbox == .commit ? ["--keep-cr"] : []
    try await GitCommand(
      ["mailsplit", "-b"] + carriage + ["-o" + folder, "--", whole], deadline: Self.deadline
    ).output()
    _ = try await ChildProcess(
      "sh", ["-c", Self.decoding, "sh", folder],
      environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"],
      deadline: Self.deadline
    ).output()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .compactMap { Int($0) == nil ? nil : $0 }.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
    return try names.enumerated().map { index, mail in
      let label = names.count == 1 ? name : "\(name), message \(index + 1)"
      return try message(folder + "/" + mail, label: label, mailbox)
    }
  }

  private func message(_ mail: String, label: String, _ mailbox: Patch.Mailbox) throws
    -> SeriesMessage
  {
    func part(_ suffix: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: mail + suffix))
    }
    let bytes = try part("")
    let headers = MailHeaders(bytes)
    let full = Self.subject(in: try part(",tags"))
    let tag = SubjectTag(full)
    // A mail git cannot decode has no subject here; git am will say why when it is a patch.
    let subject = Self.subject(in: try part(",facts"))
    let (message, diff) = (try part(",message"), try part(",diff"))
    return SeriesMessage(
      label: label, tag: tag, fullSubject: full.isEmpty ? "no subject" : full,
      subject: subject.isEmpty ? tag.rest : subject, messageID: headers?.messageID,
      ancestors: headers?.ancestors ?? [], form: .mail(mailbox), bytes: bytes,
      diff: diff, names: UnifiedDiff(diff).names,
      baseCommit: SeriesMessage.baseCommit(in: message) ?? SeriesMessage.baseCommit(in: diff))
  }

  private static func subject(in facts: Data) -> String {
    DiffLines(facts).first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? ""
  }

  private func bareDiff(_ bytes: Data) -> SeriesMessage {
    var fields: [String: String] = [:]
    for line in DiffLines(bytes) {
      guard let field = line.prefixMatch(of: /(Mutant|Subject):\s*/) else {
        if line.hasPrefix("---") || line.hasPrefix("diff ") { break }
        continue
      }
      let value = line[field.range.upperBound...].trimmed
      if !value.isEmpty, fields[String(field.1)] == nil { fields[String(field.1)] = value }
    }
    let full = fields["Mutant"] ?? fields["Subject"] ?? Self.withoutSuffix(name)
    let tag = SubjectTag(full)
    return SeriesMessage(
      label: name, tag: tag, fullSubject: full, subject: tag.rest, messageID: nil, ancestors: [],
      form: .diff, bytes: bytes, diff: bytes, names: UnifiedDiff(bytes).names,
      baseCommit: SeriesMessage.baseCommit(in: bytes))
  }

  private static func withoutSuffix(_ name: String) -> String {
    var stem = name
    for suffix in [".gz", ".patch", ".diff"] where stem.hasSuffix(suffix) {
      stem.removeLast(suffix.count)
    }
    return stem
  }
}
