public import GuestKit
internal import LinuxMM

/// The frame that a page lies in; 0 when it is not present.
public func frame(_ trial: Trial, _ pages: Pages, _ page: Int) throws(CaseEnd) -> UInt64 {
  try pages.pagemap(trial, page..<(page + 1))[0].frame
}

/// Fails unless a page still lies in the frame that it lay in.
public func expectFrame(_ trial: Trial, _ pages: Pages, _ page: Int, _ before: UInt64)
  throws(CaseEnd)
{
  let after = try frame(trial, pages, page)
  try trial.expect(
    after == before, expected: "page \(page) stays in frame 0x\(hex(before))",
    seen: "it is in frame 0x\(hex(after))")
}

/// Parent and child may each have their own copy of every page.
public func room(_ backing: Backing) -> [Requirement] {
  backing.isHugetlb ? [.hugePages(16)] : backing.requirements
}
