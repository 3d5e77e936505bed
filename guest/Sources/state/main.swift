import GuestKit
import GuestProtocol
import LinuxMM
import StateModel

if System.arguments.count == 2, isSame(System.arguments[1], "--excluded") {
  for cell in Cell.all {
    guard let reason = cell.exclusion else { continue }
    _ = try? System.emit("\(cell.name)\t\(reason)\n")  // nobody listens any more
  }
  System.exit(0)
}

// Every case's process inherits the answer.
_ = Scene.canScan

Suite.main {
  Cell.all.filter { $0.exclusion == nil }.map { cell in
    Case(cell.name, cell.summary, needs: cell.requirements) { (trial) throws(CaseEnd) in
      try cell.run(trial)
    }
  }
}
