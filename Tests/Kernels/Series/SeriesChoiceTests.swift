import Foundation
import Testing

@testable import Kernels

@Suite struct SeriesChoiceTests {
  private typealias Mail = (subject: String, id: String?, parent: String?, path: String)

  private static func mailbox(_ mails: [Mail]) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    let text = Series.mbox(
      mails.map {
        Series.mail(
          $0.subject, id: $0.id, answers: $0.parent, $0.path.isEmpty ? "" : Series.newFile($0.path))
      })
    return (folder, try folder.write("x.mbox", text))
  }

  /// The files the chosen patches make, in order, and the notes.
  private static func chosen(_ mails: [Mail]) async throws -> ([String], [String]) {
    let (folder, path) = try mailbox(mails)
    let series = try await PatchSeries.read([path])
    _ = folder
    return (series.patches.flatMap(\.files), series.notes)
  }

  private static func complaint(_ mails: [Mail]) async throws -> String? {
    let (folder, path) = try mailbox(mails)
    let complaint = await Series.complaint([path])
    _ = folder
    return complaint
  }

  @Test("a later version without a thread of its own wins by a subject both have")
  func versions() async throws {
    let (files, notes) = try await Self.chosen([
      ("[PATCH v2 2/2] b", "2-2", nil, "b2"), ("[PATCH v2 1/2] a", "2-1", nil, "a2"),
      ("[PATCH 1/1] a", "1-1", nil, "a1"),
    ])
    #expect(files == ["a2", "b2"])
    #expect(notes == ["v1 of “a” (1 of 1 patch) was left out for v2."])
  }

  @Test("a newer version of which only the cover letter or a part is there is an error")
  func newestIsMissing() async throws {
    let old: [Mail] = [
      ("[PATCH 0/2] x", "0", nil, ""), ("[PATCH 1/2] a", "1", "0", "a"),
      ("[PATCH 2/2] b", "2", "0", "b"),
    ]
    #expect(
      try await Self.complaint(old + [("[PATCH v2 0/3] x", "2-0", "0", "")])
        == "x.mbox has the cover letter of v2 and none of its 3 patches; try: b4 am MESSAGE-ID, "
        + "which fetches the whole series")
    #expect(
      try await Self.complaint(old + [("[PATCH v2 2/2] b", "2-2", "2", "b2")])
        == "x.mbox has patch 2 of 2 of v2; 1 is missing; try: b4 am MESSAGE-ID, which fetches the "
        + "whole series")
    let (files, notes) = try await Self.chosen(old + [("[PATCH 0/7] other", "o", nil, "")])
    #expect(files == ["a", "b"])
    #expect(notes == ["v1 of “other” (0 of 7 patches) is not complete and was left out."])
  }

  @Test("unnumbered mails below a cover letter are its series")
  func coverOfUnnumbered() async throws {
    let (files, notes) = try await Self.chosen([
      ("[PATCH 0/2] x", "0", nil, ""), ("[PATCH] b", "1", "0", "b"), ("[PATCH] a", "2", "0", "a"),
    ])
    #expect(files == ["b", "a"])
    #expect(notes.isEmpty)
  }

  @Test("a series goes before its RFC of the same version, a resend before what it repeats")
  func ages() async throws {
    let (files, notes) = try await Self.chosen([
      ("[RFC PATCH 1/2] a", "r1", nil, "ra"), ("[RFC PATCH 2/2] b", "r2", "r1", "rb"),
      ("[PATCH RESEND 1/2] a", "s1", nil, "sa"), ("[PATCH RESEND 2/2] b", "s2", "s1", "sb"),
      ("[PATCH 1/2] a", "p1", nil, "pa"), ("[PATCH 2/2] b", "p2", "p1", "pb"),
    ])
    #expect(files == ["sa", "sb"])
    #expect(
      notes == [
        "RFC v1 of “a” (2 of 2 patches) was left out for v1 resent.",
        "v1 of “a” (2 of 2 patches) was left out for v1 resent.",
      ])
  }

  @Test("mails without numbers are a series in the order they stand")
  func unnumbered() async throws {
    let (files, notes) = try await Self.chosen([
      ("[PATCH] b", nil, nil, "b"), ("[PATCH] a", nil, nil, "a"), ("Re: [PATCH] a", nil, nil, "x"),
    ])
    #expect(files == ["b", "a"])
    #expect(
      notes == ["x.mbox, message 3 (Re: [PATCH] a) is a reply with a diff in it and was left out."])
  }

  @Test("a fix-up without a number in the series' thread is left out, and so is a robot's diff")
  func followUps() async throws {
    let (files, notes) = try await Self.chosen([
      ("[PATCH 1/2] a", "1", nil, "a"), ("[PATCH 2/2] b", "2", "1", "b"),
      ("[PATCH] a: fix", "3", "1", "fix"), ("[tip: x86/mm] a", "4", "1", "tip"),
    ])
    #expect(files == ["a", "b"])
    #expect(
      notes == [
        "x.mbox, message 4 ([tip: x86/mm] a) has a diff but no [PATCH] tag and was left out.",
        "v1 of “a: fix” (1 patch) was left out for v1.",
      ])
  }

  @Test("two different patches with one number are an error, the same one twice is not")
  func sameNumber() async throws {
    #expect(
      try await Self.complaint([
        ("[PATCH 1/2] a", "1", nil, "a"), ("[PATCH 2/2] b", "2", "1", "b"),
        ("[PATCH 2/2] b", "3", "1", "other"),
      ])
        == "x.mbox has two different patches with the number 2: x.mbox, message 2 ([PATCH 2/2] b) "
        + "and x.mbox, message 3 ([PATCH 2/2] b); try: b4 am MESSAGE-ID, or give the patches as "
        + "files in the order they apply")
    let (files, notes) = try await Self.chosen([
      ("[PATCH 1/2] a", "1", nil, "a"), ("[PATCH 2/2] b", "2", "1", "b"),
      ("[PATCH 2/2] b", "3", "1", "b"),
    ])
    #expect(files == ["a", "b"])
    #expect(notes == ["x.mbox, message 3 repeats x.mbox, message 2 and was left out."])
  }

  @Test("two complete series are an error that lists them; also two backports of one version")
  func several() async throws {
    #expect(
      try await Self.complaint([
        ("[PATCH 1/2] a", "1", nil, "a"), ("[PATCH 2/2] b", "2", "1", "b"),
        ("[PATCH 1/1] c", "3", nil, "c"),
      ])
        == "x.mbox has 2 series:\n  v1 of “a” (2 of 2 patches)\n  v1 of “c” (1 of 1 patch)\n"
        + "try: b4 am MESSAGE-ID for the one that is meant")
    #expect(
      try await Self.complaint([
        ("[PATCH 5.10.y 1/1] a", "1", nil, "a"), ("[PATCH 6.1.y 1/1] a", "2", nil, "a6"),
      ])
        == "x.mbox has 2 series:\n  v1 of “a” (5.10.y, 1 of 1 patch)\n"
        + "  v1 of “a” (6.1.y, 1 of 1 patch)\ntry: b4 am MESSAGE-ID for the one that is meant")
  }

  @Test("halves of two series are not put together")
  func halves() async throws {
    #expect(
      try await Self.complaint([
        ("[PATCH 1/2] a", "1", nil, "a"), ("[PATCH 2/2] d", "2", "elsewhere", "d"),
      ])
        == "x.mbox has 2 series:\n  v1 of “a” (1 of 2 patches)\n  v1 of “d” (1 of 2 patches)\n"
        + "try: b4 am MESSAGE-ID for the one that is meant")
  }

  @Test("a numbered mail that lost its diff is refused when it is applied, not left out")
  func lostDiff() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "x.mbox",
      Series.mbox([
        Series.mail("[PATCH 1/2] a", id: "1", Series.newFile("a")),
        Series.mail("[PATCH 2/2] b", id: "2", answers: "1", ""),
      ]))
    let series = try await PatchSeries.read([path])
    let result = try await AppliedSeries.apply(
      series.patches, to: Series.tree, scratch: folder.path + "/scratch")
    #expect(
      result.refusal?.description
        == "patch 2 (“b”, x.mbox, message 2) does not apply: it has no diff; try: the mail as the "
        + "list archive has it, or leave it out of the series")
  }
}
