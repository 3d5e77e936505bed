public import GuestKit
public import LinuxMM

/// One transfer through the pin in each direction, at the start of a page.
public func expectPinned(
  _ trial: Trial, _ ring: inout Ring, _ pages: Pages, _ page: Int, length: UInt64
) throws(CaseEnd) {
  let file = try trial.attempt("memfd", try Descriptor(memoryFileOfSize: 2 * Memory.pageSize))
  let range = AddressRange(start: pages.address(page), length: length)
  let done = try trial.attempt("WRITE_FIXED", try ring.write(file, from: range, offset: 0))
  try trial.expect(done, equals: Int(length), "bytes of WRITE_FIXED")
  let bytes = try trial.attempt("pread", try file.read(count: Int(length), at: 0))
  for (offset, seen) in bytes.enumerated() {
    let expected = pages.expected(page, at: UInt64(offset)) ?? 0
    guard seen != expected else { continue }
    try trial.expect(
      seen, equals: expected, "byte \(offset) that WRITE_FIXED saw through the pin")
  }

  let incoming = [UInt8](repeating: 0x5e, count: Int(length))
  try trial.attempt("pwrite", try file.write(incoming, at: Memory.pageSize))
  let read = try trial.attempt(
    "READ_FIXED", try ring.read(file, into: range, offset: Memory.pageSize))
  try trial.expect(read, equals: Int(length), "bytes of READ_FIXED")
  for offset in 0..<length { pages.note(page, at: offset, 0x5e) }
  try trial.expectIntact(pages, page..<(page + 1), "after READ_FIXED through the pin")
}
