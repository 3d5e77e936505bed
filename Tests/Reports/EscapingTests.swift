import Reports
import Testing

@Suite struct EscapingTests {
  @Test(
    "a terminal gets nothing that it would obey",
    arguments: [
      ("plain ümläut ✓", "plain ümläut ✓"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"),
      ("a\tb", "a b"), ("\u{1B}[31mred", "\\u{1B}[31mred"), ("\u{7F}\u{0}", "\\u{7F}\\u{0}"),
      ("\u{9B}2J", "\\u{9B}2J"), ("a\u{202E}b", "a\\u{202E}b"), ("a\u{2066}b", "a\\u{2066}b"),
      ("a\u{2028}b", "a\\u{2028}b"), ("a\u{200B}b", "a\\u{200B}b"), ("\u{FEFF}", "\\u{FEFF}"),
      ("", ""),
    ])
  func terminal(text: String, expected: String) {
    #expect(Escaping.terminal(text) == expected)
  }

  @Test(
    "a mail gets plain ASCII",
    arguments: [
      ("plain", "plain"), ("größe é Ñ", "grosse e N"), ("‘a’ “b” «c»", "'a' \"b\" \"c\""),
      ("a – b — c…", "a - b - c..."), ("pass → fail", "pass -> fail"), ("日本", "??"),
      ("a\u{1B}\nb", "a\\u{1B}\\nb"), ("a\u{A0}b", "a b"),
    ])
  func mail(text: String, expected: String) {
    #expect(Escaping.mail(text) == expected)
  }

  @Test(
    "a KTAP name holds no directive and is never empty",
    arguments: [("a # SKIP", "a _ SKIP"), ("", "unnamed"), ("a\nnot ok 1", "a\\nnot ok 1")])
  func ktapName(text: String, expected: String) {
    #expect(Escaping.ktapName(text) == expected)
  }

  @Test(
    "a shell gets one word",
    arguments: [
      ("swap-shmem.out-in-keeps/tmpfs", "swap-shmem.out-in-keeps/tmpfs"), ("a b", "'a b'"),
      ("it's", "'it'\\''s'"), ("", "''"), ("$(rm)", "'$(rm)'"), ("*", "'*'"), ("~", "'~'"),
    ])
  func shellWord(text: String, expected: String) {
    #expect(Escaping.shellWord(text) == expected)
  }
}
