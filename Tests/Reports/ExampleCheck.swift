import KernelLog
import Results

/// An invented but realistic series of seven patches: one breaks cases, one does not build, one
/// warns, one mends, one is flaky.
enum ExampleCheck {
  static let series = "v5-uffd-wp.mbox"

  private static let subjects = [
    "mm: move the marker check out of line",
    "mm/swap: keep the uffd-wp bit in try_to_unmap_one()",
    "mm/shmem: fold pte_marker_handle_uffd_wp() into its only caller, and its caller's caller",
    "mm/khugepaged: use the new helper",
    "mm/khugepaged: fix up the new helper",
    "selftests/mm: größere Seiten",
    "Documentation/mm: say what markers are for",
  ]

  static func check() -> SeriesCheck {
    var base = SeriesCheck.Base(
      source: "debian-source-6.12", origin: "Debian linux-source-6.12 6.12.107-1 from trixie",
      release: "6.12.107", config: ["base", "debug"], toolchain: "gcc 12.2.0, GNU ld 2.40",
      machine: "default", accelerator: "tcg", strategy: "every")
    base.kernel = kernel(text: 14_680_064)
    var patches = subjects.enumerated().map { index, subject in
      PatchCheck(
        index: index + 1, subject: subject, file: "v5-uffd-wp.mbox#\(index + 2)",
        messageID: "20261120.\(index + 1)@example.org")
    }
    for index in patches.indices {
      patches[index].applies = true
      patches[index].kernel = kernel(text: 14_680_064 + [0, 184, 96, 0, 96, 12_800, 0][index])
    }
    warn(&patches[1])
    breakMarkers(&patches[2])
    breakBuild(&patches[3])
    patches[4].fixed = [
      change("thp", "thp.collapse-refused-on-wp", from: .fail, to: .pass, (20, 20), (0, 20))
    ]
    patches[4].unconfirmed = [
      change("swap", "swap.toggle-storm", from: .pass, to: .fail, (1, 20), (2, 20), p: 0.5)
    ]
    return SeriesCheck(
      base: base, patches: patches, cases: rows(),
      notes: ["The mailbox holds 3 messages that are no patches: a cover letter and 2 replies."])
  }

  private static func kernel(text: Int) -> KernelState {
    var kernel = KernelState()
    kernel.builds = true
    kernel.boots = true
    kernel.tested = true
    kernel.image = KernelState.Image(
      bytes: text + 9_000_000, textBytes: text, sha256: String(repeating: "ab", count: 32))
    return kernel
  }

  private static func warn(_ patch: inout PatchCheck) {
    patch.kernel.warnings = [
      "mm/rmap.c:1916:9: warning: unused variable ‘swp_pte’ [-Wunused-variable]"
    ]
  }

  private static func breakMarkers(_ patch: inout PatchCheck) {
    patch.introduced = ["tmpfs", "memfd", "private"].map {
      change(
        "uffdwp-shmem", "uffdwp-shmem.marker-kept/\($0)", from: .pass, to: .fail, (0, 20), (20, 20),
        expected: "bit 57 (uffd-wp) set in pagemap after MADV_DONTNEED and a read fault",
        seen: "bit 57 clear, page present", evidence: ["faults": "512", "swapped": "4 of 4 pages"])
    }
    patch.introduced.append(
      change(
        "fork", "fork.event-swapped", from: .pass, to: .crash, (0, 20), (7, 20),
        p: 0.004158004158004158,
        because: "BUG: kernel NULL pointer dereference in copy_nonpresent_pte"))
    patch.kernel.splats = [
      SplatRecord(
        kind: .warning, title: "WARNING at mm/memory.c:3941 do_swap_page",
        fingerprint: "warning:x|do_swap_page<handle_pte_fault", text: "WARNING: …", fatal: false)
    ]
  }

  private static func breakBuild(_ patch: inout PatchCheck) {
    patch.kernel = KernelState()
    patch.kernel.builds = false
    patch.kernel.problem = """
      mm/khugepaged.c: In function ‘collapse_huge_page’:
      mm/khugepaged.c:1093:2: error: implicit declaration of function ‘pte_keeps_wp’
       1093 |  if (pte_keeps_wp(pte))
      make[3]: *** [scripts/Makefile.build:229: mm/khugepaged.o] Error 1
      """
  }

  static func change(
    _ suite: String, _ name: String, from: Verdict, to: Verdict, _ base: (Int, Int),
    _ patch: (Int, Int), p: Double = 7.254444551924844e-12, expected: String? = nil,
    seen: String? = nil, because: String? = nil, evidence: [String: String] = [:]
  ) -> PatchCheck.Change {
    PatchCheck.Change(
      suite: suite, name: name, from: from, to: to,
      baseFails: PatchCheck.Count(base.0, of: base.1),
      patchFails: PatchCheck.Count(patch.0, of: patch.1), p: p, expected: expected, seen: seen,
      because: because, evidence: evidence)
  }

  private static func rows() -> [SeriesCheck.Row] {
    func row(_ suite: String, _ name: String, _ verdicts: [Verdict?]) -> SeriesCheck.Row {
      SeriesCheck.Row(suite: suite, name: name, verdicts: verdicts)
    }
    let same: [Verdict?] = [.pass, .pass, .pass, .pass, nil, .pass, .pass, .pass]
    let broken: [Verdict?] = [.pass, .pass, .pass, .fail, nil, .fail, .fail, .fail]
    return (1...20).map { row("uffdwp-anon", "uffdwp-anon.case-\($0)", same) }
      + ["tmpfs", "memfd", "private"].map {
        row("uffdwp-shmem", "uffdwp-shmem.marker-kept/\($0)", broken)
      } + [
        row(
          "fork", "fork.event-swapped",
          [.pass, .pass, .pass, .crash, nil, .crash, .crash, .crash]),
        row("fork", "fork.thp", [.pass, .pass, .pass, .missing, nil, .missing, .pass, .pass]),
        row(
          "thp", "thp.collapse-refused-on-wp",
          [.fail, .fail, .fail, .fail, nil, .pass, .pass, .pass]),
        row("swap", "swap.toggle-storm", [.pass, .pass, .pass, .pass, nil, .fail, .pass, .pass]),
        row("swap", "swap.known-bad", [.fail, .fail, .fail, .fail, nil, .fail, .fail, .fail]),
      ]
  }

  /// A series that does no harm, of which only the ends were tested.
  static func clean() -> SeriesCheck {
    var check = check()
    check.base.strategy = "ends"
    check.patches = check.patches.prefix(3).map {
      var patch = PatchCheck(index: $0.index, subject: $0.subject, file: $0.file)
      patch.applies = true
      if patch.index == 3 { patch.kernel = kernel(text: 14_680_064) }
      return patch
    }
    check.cases = (1...20).map {
      SeriesCheck.Row(
        suite: "uffdwp-anon", name: "uffdwp-anon.case-\($0)", verdicts: [.pass, nil, nil, .pass])
    }
    check.notes = []
    return check
  }
}
