public import LinuxMM
public func kit() -> Bool { userfaultfdWorks() }
