import GuestProtocol
import Results
import Testing

@Suite struct ClaimTests {
  @Test(
    "result lines become claims",
    arguments: [
      ("ok 1 a", Claim.pass), ("not ok 1 a", .fail("")), ("not ok 1 a # exit=1", .fail("exit=1")),
      ("ok 1 a # SKIP feature: no MOVE", .skip(Reason(.feature, "no MOVE"))),
      ("ok 1 a # SKIP config: CONFIG_SWAP", .skip(Reason(.config, "CONFIG_SWAP"))),
      ("ok 1 a # SKIP resource: 64 huge pages", .skip(Reason(.resource, "64 huge pages"))),
      ("ok 1 a # SKIP privilege:root", .skip(Reason(.privilege, "root"))),
      ("ok 1 a # SKIP unexercised: stayed in", .unexercised("stayed in")),
      ("ok 1 a # SKIP need: root", .skip(Reason(.other, "need: root"))),
      ("not ok 1 a # SKIP", .skip(Reason(.other, ""))),
      ("not ok 1 a # ERROR mmap: ENOMEM time_ms=3", .error("mmap: ENOMEM")),
      ("ok 1 a # ERROR odd", .pass), ("not ok 1 a # TIMEOUT 30 s", .timeout("30 s")),
      ("ok 1 a # XFAIL known", .pass), ("ok 1 a # XPASS", .pass), ("not ok 1 a # TODO", .fail("")),
    ])
  func claims(line: String, expected: Claim) throws {
    var reader = KTAPReader()
    var claims: [Claim] = []
    reader.read((line + "\n").utf8) {
      if case .point(let point) = $0 { claims.append(Claim(point)) }
    }
    #expect(claims == [expected])
  }
}
