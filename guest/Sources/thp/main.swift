import GuestKit
import LinuxMM

let anonymous: [Requirement] = [.transparentHugePages, .writeProtectAnon]
let shared: [Requirement] = [.transparentHugePages, .shmemHugePages, .writeProtectFiles]

Suite.main {
  Case(
    "thp.wp-whole-stays-huge", "a huge page protected and resolved as a whole stays huge",
    needs: anonymous, body: wholeStaysHuge)
  Case(
    "thp.wp-whole-resolved-in-part", "resolving one page splits and leaves 511 protected",
    needs: anonymous, body: wholeResolvedInPart)
  Case(
    "thp.wp-partial-splits", "protecting one page splits and protects nothing else",
    needs: anonymous, body: partialSplits)
  Splitter.cases
  ZeroSplitter.cases
  Guarded.cases
  Between.cases
  Case(
    "thp.collapse-refused-on-hole", "an area is not collapsed over a page to be asked for",
    needs: [.transparentHugePages, .collapse, .root], body: collapseLeavesHole)
  Case(
    "thp.khugepaged-skips-wp", "khugepaged passes an area with a protected page by",
    needs: anonymous + [.root], deadline: .seconds(30), body: khugepagedSkips)
  Case(
    "thp.mprotect-whole-keeps", "mprotect of a whole huge page keeps it huge and protected",
    needs: anonymous, body: mprotectWhole)
  Case(
    "thp.zap-whole-drops", "a zapped huge page takes its protection along",
    needs: anonymous, body: zapWhole)
  Case(
    "thp.unregister-clears/unregister", "unregistering lifts a huge page's protection",
    needs: anonymous
  ) { (trial) throws(CaseEnd) in try unregisterClears(trial, closing: false) }
  Case(
    "thp.unregister-clears/close", "closing lifts a huge page's protection", needs: anonymous
  ) { (trial) throws(CaseEnd) in try unregisterClears(trial, closing: true) }
  Case(
    "thp.kernel-write-blocks", "read(2) into a protected huge page is reported",
    needs: anonymous, body: kernelWrite)
  Case(
    "thp.async-write-splits", "of a huge page only the stored page counts as written",
    needs: anonymous + [.writeProtectAsync, .pagemapScan], body: asyncWriteSplits)
  Case(
    "thp.scan-part-protects-part", "a scan that protects part of a huge page leaves the rest",
    needs: anonymous + [.writeProtectAsync, .pagemapScan], body: scanPart)
  Case(
    "thp.cold-free-keep/cold", "MADV_COLD leaves a huge page protected", needs: anonymous
  ) { (trial) throws(CaseEnd) in try advisedKeeps(trial, .cold) }
  Case(
    "thp.cold-free-keep/free", "MADV_FREE leaves a huge page protected", needs: anonymous
  ) { (trial) throws(CaseEnd) in try advisedKeeps(trial, .free) }
  Case(
    "access.proc-mem-write-fails/thp", "/proc/self/mem does not get past the protection",
    needs: anonymous, body: procMemFails)
  Case(
    "thp.missing-asks", "a missing page is asked for and no huge page put there",
    needs: anonymous + [.root], body: missingAsks)
  Case(
    "thp.unpopulated-areas", "protecting areas without page tables marks every page",
    needs: anonymous + [.writeProtectUnpopulated], body: unpopulatedAreas)
  Case(
    "uffdwp-anon.unpopulated-blocks-thp", "no huge page comes over a marker",
    needs: anonymous + [.writeProtectUnpopulated, .root], body: markerBlocksHuge)
  Case(
    "uffdwp-anon.huge-zero-page", "the huge zero page is protected like any other",
    needs: anonymous + [.root], body: hugeZeroPage)
  Case(
    "shthp.wp-splits-pmd", "protecting part of huge shared memory leaves markers",
    needs: shared + [.collapse], body: sharedPartialSplits)
  Case(
    "shthp.wp-whole", "protecting huge shared memory as a whole marks every page",
    needs: shared, body: sharedWholeSplits)
  Case(
    "shthp.collapse-via-other-mapping", "a collapse through another mapping keeps the markers",
    needs: shared + [.collapse], body: collapseElsewhere)
  SharedTreatment.cases
  Case(
    "migrate.move-pages/thp", "a huge page that changes nodes stays huge and protected",
    needs: anonymous + [.numaNodes(2), .root], body: movesNode)
  Case(
    "mremap.thp-move/event", "a huge page moved with its event stays huge and protected",
    needs: anonymous + [.eventRemap]
  ) { (trial) throws(CaseEnd) in try movesAddress(trial, withEvent: true) }
  Case(
    "mremap.thp-move/no-event", "a huge page moved without event is no longer protected",
    needs: anonymous
  ) { (trial) throws(CaseEnd) in try movesAddress(trial, withEvent: false) }
  Case(
    "cow.thp-subpage-pin-fork", "a pinned page of a huge page stays where it is",
    needs: [.transparentHugePages, .swap, .ioUring, .root], body: pinnedSubpage)
  Case(
    "cow.thp-split-keeps-pin", "a pinned page of a huge page that is split stays the pinned one",
    needs: anonymous + [.ioUring, .root], body: pinSurvivesSplit)
  Case(
    "mremap.table-move/event", "whole page tables move with their protection",
    needs: anonymous + [.eventRemap]
  ) { (trial) throws(CaseEnd) in try tablesMove(trial, withEvent: true) }
  Case(
    "mremap.table-move/no-event", "whole page tables move without their protection",
    needs: anonymous
  ) { (trial) throws(CaseEnd) in try tablesMove(trial, withEvent: false) }
}
