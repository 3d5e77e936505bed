import GuestKit
import UffdWP

@CaseList var fills: [Case] {
  Case.each(
    "copy.existing", "neither UFFDIO_COPY nor UFFDIO_ZEROPAGE replaces a page", on: [.anon],
    needs: [.userfaultfd], body: Fills.existing)
  Case.each(
    "copy.errors", "UFFDIO_COPY and UFFDIO_ZEROPAGE refuse wrong arguments", on: [.anon],
    needs: [.userfaultfd], body: FillErrors.arguments)
  Case.each(
    "copy.partial", "a fill says how far it came", on: [.anon], needs: [.userfaultfd],
    body: FillErrors.partial)
  Case.each(
    "copy.charged", "pages made by UFFDIO_COPY are charged to the cgroup", on: [.anon],
    needs: [.userfaultfd, .root, .cgroupMemory], body: Fills.charged)
}

@CaseList var poison: [Case] {
  let needs: [Requirement] = [.poison, .writeProtectAnon]
  Case.each(
    "poison.basic", "access to a poisoned page is a memory failure", on: [.anon], needs: needs,
    body: Poison.basic)
  Case.each(
    "poison.over-marker", "a protected hole is not poisoned", on: [.anon],
    needs: needs + [.writeProtectUnpopulated], body: Poison.overMarker)
  Poison.cases(on: [.anon], needs: needs)
}

@CaseList var moves: [Case] {
  Case(
    "move.basic", "UFFDIO_MOVE moves the page itself", needs: [.move], body: moveBasic)
  Case(
    "move.refused/errors", "UFFDIO_MOVE refuses what is there and what is not", needs: [.move],
    body: moveErrors)
  Case(
    "move.refused/pinned", "UFFDIO_MOVE leaves a pinned page", needs: [.move, .ioUring],
    body: movePinned)
  Case("move.refused/shared", "UFFDIO_MOVE leaves a page that a child shares", needs: [.move]) {
    (trial) throws(CaseEnd) in try moveShared(trial, .anon)
  }
  Case(
    "move.refused/shared-thp", "UFFDIO_MOVE leaves a huge page that a child shares",
    needs: [.move, .transparentHugePages]
  ) { (trial) throws(CaseEnd) in try moveShared(trial, .thp) }
}
