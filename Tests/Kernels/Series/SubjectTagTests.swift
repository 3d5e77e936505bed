import Testing

@testable import Kernels

@Suite struct SubjectTagTests {
  /// A subject and what is read of it: `[reply] [patch] [rfc] [resend] vN N/M words | rest`.
  private static let rows: [(String, String)] = [
    ("[PATCH] mm: fix", "patch v1 - | mm: fix"),
    ("[PATCH v5 03/26] mm: fix", "patch v5 3/26 | mm: fix"),
    ("[RFC PATCH 1/2] x", "patch rfc v1 1/2 | x"),
    ("[RFC][PATCH v2 0/2] x", "patch rfc v2 0/2 | x"),
    ("[PATCH RFC v3 1/2] x", "patch rfc v3 1/2 | x"),
    ("[PATCH/RFC 1/2] x", "patch rfc v1 1/2 | x"),
    ("[RFC v2 1/2] x", "patch rfc v2 1/2 | x"),
    ("[PATCH mm-unstable v2 2/3] x", "patch v2 2/3 mm-unstable | x"),
    ("[PATCH 5.10.y 1/3] x", "patch v1 1/3 5.10.y | x"),
    ("[PATCHv2 1/3] x", "patch v2 1/3 | x"),
    ("[PATCH V4 1/3] x", "patch v4 1/3 | x"),
    ("[PATCH v2, 1/3] x", "patch v2 1/3 | x"),
    ("[PATCH RESEND 1/3] x", "patch resend v1 1/3 | x"),
    ("[RESEND PATCH v2 1/3] x", "patch resend v2 1/3 | x"),
    ("[linux-mm] [PATCH 1/3] [foo] x", "patch v1 1/3 linux-mm foo | x"),
    ("Re: [PATCH v2 1/3] x", "reply patch v2 1/3 | x"),
    ("RE: AW: [PATCH 1/3] x", "reply patch v1 1/3 | x"),
    ("[linux-mm] Re: [PATCH 1/3] x", "reply patch v1 1/3 linux-mm | x"),
    ("Fwd: [PATCH] x", "reply patch v1 - | x"),
    ("Re[2]: [PATCH] x", "reply patch v1 - | x"),
    ("mm: reply: [not a tag]", "v1 - | mm: reply: [not a tag]"),
    ("[tip: x86/mm] mm: fix", "v1 - tip: x86/mm | mm: fix"),
    ("", "v1 - | "),
  ]

  @Test("tags of a subject", arguments: rows)
  func tags(subject: String, expected: String) {
    let tag = SubjectTag(subject)
    var words: [String] = []
    if tag.isReply { words.append("reply") }
    if tag.isPatch { words.append("patch") }
    if tag.isRFC { words.append("rfc") }
    if tag.isResend { words.append("resend") }
    words.append("v\(tag.version)")
    words.append(tag.number.map { "\($0)/\(tag.total ?? -1)" } ?? "-")
    words += tag.words
    #expect(words.joined(separator: " ") + " | " + tag.rest == expected)
  }
}
