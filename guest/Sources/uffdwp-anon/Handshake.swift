import GuestKit
import LinuxMM

/// `UFFDIO_API` says what there is: every feature it offers can be had, and no other.
func featureMask(_ trial: Trial) throws(CaseEnd) {
  let answer = try trial.attempt("userfaultfd", try Userfaultfd.offered())
  let known: UInt64 = 0x1ffff
  let oldest: UInt64 = 0x1ff  // what every kernel with write-protection has
  let offered = answer.features.rawValue
  trial.evidence("features", answer.features)
  trial.evidence("unknown_features", "0x" + hex(offered & ~known))
  try trial.expect(
    offered & oldest == oldest, expected: "features with all of 0x1ff",
    seen: answer.features.description)
  let operations: UInt64 = 0x8000_0000_0000_0003
  trial.evidence("unknown_ioctls", "0x" + hex(answer.operations & ~operations))
  try trial.expect(
    answer.operations & operations == operations,
    expected: "ioctls with all of 0x8000000000000003 (REGISTER, UNREGISTER, API)",
    seen: "ioctls 0x\(hex(answer.operations))")
  for bit in 0..<17 as Range<UInt64> {
    let feature = Userfaultfd.Features(rawValue: 1 << bit)
    // Fork events need CAP_SYS_PTRACE whoever offers them.
    if feature == .eventFork, !System.isRoot { continue }
    guard answer.features.contains(feature) else {
      try trial.expect(
        .invalid, from: "asking for feature bit \(bit), which is not offered",
        try Userfaultfd(features: feature))
      continue
    }
    try trial.expectSuccess(
      of: "asking for feature bit \(bit), which is offered", try Userfaultfd(features: feature))
  }
  try featuresAreReal(trial, answer.features)
}

/// What is offered can be registered; what is not cannot.
private func featuresAreReal(_ trial: Trial, _ offered: Userfaultfd.Features) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 1)
  let range = pages.range
  let tracker = try Tracker(trial, policy: .observing)
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: .writeProtect)
  }
  try trial.expect(
    error, equals: offered.contains(.writeProtectFiles) ? nil : .invalid,
    "registering shmem for write-protection with features \(offered)")
}

/// A descriptor is good for nothing before its handshake, and a wrong handshake leaves nothing behind.
func handshakeErrors(_ trial: Trial) throws(CaseEnd) {
  let plain = Userfaultfd.flags()
  try trial.expect(
    .invalid, from: "userfaultfd with unknown flag 8", try Userfaultfd.openRaw(flags: plain | 8))
  let fresh = try trial.attempt("userfaultfd", try Userfaultfd.openRaw(flags: plain))
  try trial.expect(
    .invalid, from: "UFFDIO_REGISTER before UFFDIO_API",
    try Userfaultfd.rawRequest(fresh, number: 0xC020_AA00))
  try trial.expect(.invalid, from: "read before UFFDIO_API", try fresh.read(atMost: 32))

  try expectRefused(trial, fresh, version: 0xAB, features: 0, "API version 0xab")
  try expectRefused(trial, fresh, version: 0xAA, features: 1 << 40, "feature bit 40")
  try trial.expectSuccess(
    of: "a handshake after failed ones", try Userfaultfd.handshake(fresh, features: []))
  try trial.expect(
    .invalid, from: "a second handshake", try Userfaultfd.handshake(fresh, features: []))

  try trial.expect(
    .invalid, from: "an unknown ioctl", try Userfaultfd.rawRequest(fresh, number: 0xC020_AA33))
  try trial.expect(.again, from: "read with no event", try fresh.read(atMost: 32))
  try trial.expect(.invalid, from: "read of 31 bytes", try fresh.read(atMost: 31))
  let idle = try trial.attempt("poll", try fresh.poll(milliseconds: 0))
  try trial.expect(Int(idle), equals: 0, "poll events of an idle descriptor")

  let blocking = try trial.attempt("userfaultfd", try Userfaultfd(blocking: true))
  let events = try trial.attempt(
    "poll",
    try blocking.withDescriptor { (file: borrowing Descriptor) throws(Errno) -> Int16 in
      try file.poll(milliseconds: 0)
    })
  try trial.expect(Int(events), equals: 8, "poll events of a blocking descriptor (POLLERR)")
}

private func expectRefused(
  _ trial: Trial, _ file: borrowing Descriptor, version: UInt64, features: UInt64, _ what: String
) throws(CaseEnd) {
  let answer = Userfaultfd.failedHandshake(file, version: version, features: features)
  try trial.expect(answer.error, equals: .invalid, "a handshake with \(what)")
  for word in answer.words {
    try trial.expect(
      word == 0, expected: "a zeroed struct after \(what)", seen: "0x\(hex(word)) in it")
  }
}
