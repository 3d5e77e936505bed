internal import LinuxMM

// Checks on what PAGEMAP_SCAN says of pages.
extension Trial {
  /// Whether memory that no userfaultfd tracks looks written to a scan (until 7.2).
  public var untrackedLooksWritten: Bool { PagemapVisibility.saysWrittenOfUntracked }

  /// Fails unless a scan of all pages reports exactly these as written since they were protected.
  ///
  /// With `protecting` the scan also protects again what it reports. Needs `pagemapScan`.
  public func expectWritten(
    _ pages: Pages, _ expected: [Int], _ when: String, protecting: Bool = false
  ) throws(CaseEnd) {
    var scan = PagemapScan()
    scan.all = .written
    scan.returned = .written
    if protecting { scan.flags = .protectMatching }
    let range = pages.range
    let answer = try attempt(
      "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: range.start, to: range.end))
    try expect(
      answer.walkEnd == range.end, expected: "\(when): a scan up to 0x\(hex(range.end))",
      seen: "\(when): a scan up to 0x\(hex(answer.walkEnd))")
    var found: [Int] = []
    for region in answer.regions {
      let first = Int((region.range.start - range.start) / pages.pageSize)
      for page in 0..<Int(region.range.length / pages.pageSize) { found.append(first + page) }
    }
    guard found != expected else { return }
    throw .failed(
      expected: "\(when): written pages \(Trial.list(expected))",
      seen: "\(when): written pages \(Trial.list(found))")
  }

  /// "1 2 7", or "none"; long lists are cut.
  static func list(_ numbers: [Int]) -> String {
    guard !numbers.isEmpty else { return "none" }
    var text = ""
    for number in numbers.prefix(16) { text += text.isEmpty ? "\(number)" : " \(number)" }
    return numbers.count > 16 ? text + " ... (\(numbers.count))" : text
  }
}
