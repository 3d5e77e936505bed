internal import CLinuxMM
public func userfaultfdWorks() -> Bool { lmm_userfaultfd(0) >= 0 }
