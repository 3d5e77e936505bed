import GuestKit
import LinuxMM

/// A scan that protects a 1 GiB page protects all of it, and the next one reports it when it was written.
func scanGigantic(_ trial: Trial) throws(CaseEnd) {
  let range = try trial.attempt(
    "mapping a 1 GiB page", try Mapping(giganticPages: 1, .private).relinquish())
  Memory.store(range.start + 0x12345, 0x51)
  let uffd = try trial.attempt("userfaultfd", try Userfaultfd(features: .writeProtectAsync))
  do throws(Errno) { try uffd.register(range, for: .writeProtect) } catch {
    throw .error("UFFDIO_REGISTER failed with \(error)")
  }
  try expectScan(trial, range, [range], "the first scan, which protects")
  try expectProtected(trial, range, true, "protected by the scan")
  try expectScan(trial, range, [], "a scan without a store between")
  Memory.store(range.start + 0x3fff_f123, 0x52)
  try expectProtected(trial, range, false, "stored to")
  try expectScan(trial, range, [range], "a scan after a store")
  try expectProtected(trial, range, true, "protected again")
  try trial.expect(Memory.load(range.start + 0x12345), equals: 0x51, "the first byte stored")
  try trial.expect(Memory.load(range.start + 0x3fff_f123), equals: 0x52, "the second byte stored")
  _ = consume uffd
}

private func expectScan(
  _ trial: Trial, _ range: AddressRange, _ expected: [AddressRange], _ what: String
) throws(CaseEnd) {
  var scan = PagemapScan()
  scan.all = .written
  scan.returned = .written
  scan.flags = [.protectMatching, .checkAsync]
  let answer = try trial.attempt(
    "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: range.start, to: range.end))
  let seen = answer.regions.map { $0.range }
  guard seen != expected else { return }
  try trial.fail(
    expected: what + ": \(expected.count) regions of the whole page",
    seen: "\(seen.count) regions, the first \(seen.first?.description ?? "none")")
}

/// Looks at the page's first and last base page, and at some between.
private func expectProtected(
  _ trial: Trial, _ range: AddressRange, _ expected: Bool, _ when: String
) throws(CaseEnd) {
  for offset in [UInt64(0), 0x1000, 0x20_0000, 0x2000_0000, 0x3fff_f000] {
    let place = AddressRange(start: range.start + offset, length: Memory.pageSize)
    let entry = try trial.attempt("reading pagemap", try Pagemap().entries(place))[0]
    try trial.expect(
      entry.bits.contains(.writeProtected) == expected,
      expected: "offset 0x\(hex(offset)) \(when): \(expected ? "W" : "no W")", seen: "\(entry)")
  }
}
