import KernelLog
import Testing

@Suite struct CorpusTests {
  @Test("the corpus is there: real logs of many kinds, from four kernels")
  func corpusIsThere() throws {
    let real = CorpusFile.names.filter { $0.hasPrefix("real-") }
    #expect(real.count >= 200)
    let kinds = Set(try real.flatMap { try CorpusFile(name: $0).expected.map(\.kind) })
    #expect(kinds.count >= 25, "\(kinds.sorted())")
    for version in ["5.10", "6.1", "6.12", "7.2"] {
      #expect(real.filter { $0.hasPrefix("real-\(version)-") }.count >= 50)
    }
    // Clean boots, and whole suites with what kernels say besides.
    #expect(real.filter { $0.hasSuffix("-clean.log") || $0.hasSuffix("-suites.log") }.count >= 8)
  }

  @Test("each log gives exactly the splats its header names", arguments: CorpusFile.names)
  func splats(name: String) throws {
    let file = try CorpusFile(name: name)
    #expect(file.scan().map { CorpusFile.Found($0) } == file.expected)
  }

  @Test("chunks of 1 to 17 bytes change nothing", arguments: CorpusFile.names)
  func chunks(name: String) throws {
    let file = try CorpusFile(name: name)
    let whole = file.scan()
    #expect(file.scan(chunkSize: 1) == whole)
    #expect(file.scan(chunkSize: 17) == whole)
  }

  @Test("PRINTK_CALLER changes no splat", arguments: CorpusFile.names)
  func callers(name: String) throws {
    let file = try CorpusFile(name: name)
    let text = String(decoding: file.log, as: UTF8.self)
    guard !text.contains("][") else { return }
    let withCaller = text.replacing("] ", with: "][  T112] ", maxReplacements: .max)
    var scanner = KernelLogScanner()
    scanner.read(withCaller.utf8)
    scanner.flush()
    #expect(scanner.takeSplats().map { CorpusFile.Found($0) } == file.expected)
  }

  @Test("no splat keeps more text than its bound", arguments: CorpusFile.names)
  func bounds(name: String) throws {
    for splat in try CorpusFile(name: name).scan() {
      #expect(splat.text.utf8.count <= 17_000)
      #expect(splat.context.count <= KernelLogScanner.contextLines)
    }
  }

  @Test("titles hold no address, timestamp or task number", arguments: CorpusFile.names)
  func titlesAreStable(name: String) throws {
    for splat in try CorpusFile(name: name).scan() {
      for word in splat.title.split(whereSeparator: { !$0.isHexDigit }) {
        #expect(word.count < 12, "\(word) looks like an address")
      }
      #expect(!splat.title.contains("+0x"))
      #expect(!splat.title.contains("112"))
    }
  }
}
