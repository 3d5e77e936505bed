import GuestProtocol
import KernelLog
import Results

/// An invented but realistic run: four kernels, of which one crashes, one is old, one is clean.
enum ExampleRun {
  static let suites: [(String, [String])] = [
    ("uffdwp-anon", ["uffdwp-anon.basic", "uffdwp-anon.zero-page", "api.feature-mask"]),
    (
      "uffdwp-shmem",
      ["uffdwp-shmem.basic/memfd", "uffdwp-shmem.basic/tmpfs", "zap-shmem.dontneed-keeps"]
    ),
    ("swap", ["swap-anon.out-in-keeps/4k", "swap-shmem.out-in-keeps/tmpfs", "swap.wp-while-out"]),
    ("fork", ["fork.thp", "fork.event-swapped", "fork-anon.no-event-clears-child"]),
    ("thp", ["thp.split-keeps-wp", "thp.collapse-refused-on-wp"]),
  ]

  static let releases = [
    ("debian-5.10", "5.10.0-32-cloud-amd64", 1412), ("debian-6.1", "6.1.0-39-cloud-amd64", 1690),
    ("debian-6.12", "6.12.107+deb13-cloud-amd64", 2144),
    ("debian-7.2", "7.2.13+deb14-cloud-amd64", 2390),
  ]

  static let knownIssues = KnownIssues(
    [
      ("swap-shmem-markers", "swap-shmem.*", "shmem swap markers lose the bit", "3a2f1c0d9e8b"),
      ("collapse-over-wp", "thp.collapse-*", "khugepaged collapses over the bit", "open"),
      ("zero-page-wp", "uffdwp-anon.zero-page", "the zero page takes no bit", "c0ffee123456"),
    ].compactMap { id, cases, reason, fix in
      CalendarDate("2027-06-30").map {
        KnownIssue(
          id: id, cases: Glob(cases),
          kernels: .releases(
            from: nil, through: KernelRelease(id == "zero-page-wp" ? "5.10" : "6.1")),
          reason: reason, fix: fix, link: "https://lore.kernel.org/r/x", expires: $0)
      }
    })

  static let guests = releases.map { kernel, release, boot in
    GuestRecord(
      kernel: kernel, release: release, machine: "default", accelerator: .tcg,
      acceleratorReason: "because a guest under KVM printed nothing for 20 s",
      bootMilliseconds: boot, facts: ["page_size": 4096])
  }

  /// The run as it is written, known issues applied.
  static func run() -> (run: Run, news: KnownIssues.News) {
    var run = Run(
      id: "0042", started: "2026-11-21T04:00:00Z", elapsedMilliseconds: 112_300, guests: guests,
      results: releases.flatMap { results(kernel: $0.0, boot: $0.2) })
    guard let today = CalendarDate("2026-11-21") else { return (run, KnownIssues.News()) }
    let news = knownIssues.apply(to: &run, today: today)
    return (run, news)
  }

  private static func results(kernel: String, boot: Int) -> [CaseResult] {
    let plain = [CaseResult(.boot(kernel: kernel, machine: "default"), .pass)]
    var booted = plain
    booted[0].durationMilliseconds = boot
    return booted
      + suites.flatMap { suite, names in
        names.enumerated().map { index, name in
          result(
            PlannedCase(kernel: kernel, machine: "default", suite: suite, name: name),
            milliseconds: 3 + index)
        }
      }
  }

  private static func result(_ planned: PlannedCase, milliseconds: Int) -> CaseResult {
    var result = CaseResult(planned, .pass, durationMilliseconds: milliseconds)
    switch (planned.kernel, planned.name) {
    case ("debian-5.10", _) where planned.suite == "uffdwp-shmem":
      result.verdict = .skip
      result.reason = Reason(.feature, "no UFFD_FEATURE_WP_HUGETLBFS_SHMEM")
    case ("debian-5.10", "thp.collapse-refused-on-wp"):
      result.verdict = .skip
      result.reason = Reason(.feature, "no MADV_COLLAPSE")
    case (_, "thp.split-keeps-wp") where planned.kernel != "debian-7.2":
      result.verdict = .skip
      result.reason = Reason(.resource, "no huge page came in 3 tries; the machine has 256 MiB")
    case ("debian-5.10", "swap-shmem.out-in-keeps/tmpfs"), ("debian-6.1", "swap.wp-while-out"),
      ("debian-7.2", "swap.wp-while-out"):
      result.verdict = .fail
      result.expected = "bit 57 (uffd-wp) set in pagemap after the page came back"
      result.seen = "bit 57 clear, page present"
      result.evidence = ["pswpout": "512", "swapped": "4 of 4 pages"]
    case ("debian-6.1", "thp.collapse-refused-on-wp"):
      result.verdict = .fail
      result.expected = "MADV_COLLAPSE refused"
      result.seen = "collapsed"
    case ("debian-6.12", "uffdwp-shmem.basic/tmpfs"):
      result.verdict = .unexercised
      result.reason = Reason(.unexercised, "the page was never write-protected in pagemap")
    case ("debian-7.2", _) where planned.suite == "fork":
      crash(&result)
    default: break
    }
    return result
  }

  private static func crash(_ result: inout CaseResult) {
    guard result.planned.name == "fork.thp" else {
      result.verdict = .missing
      result.durationMilliseconds = nil
      result.reason = Reason(.guestGone, "the guest panicked in fork/fork.thp")
      return
    }
    let title = "BUG: kernel NULL pointer dereference in copy_huge_pmd"
    result.verdict = .crash
    result.durationMilliseconds = nil
    result.reason = Reason(.splat, title)
    result.splats = [
      SplatRecord(
        kind: .pageFault, title: title,
        fingerprint: "page-fault:x|copy_huge_pmd<copy_page_range<dup_mm", text: "BUG: …",
        fatal: true)
    ]
  }
}
