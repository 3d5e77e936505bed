import Foundation
import Synchronization
import Testing

@testable import Kernels

/// Fetching from a signed repository on this machine, with the machine's own apt, dpkg and xz.
///
/// Needs gpg to sign the repository: apt-get install gpg.
@Suite(.enabled(if: FakeMirror.isPossible)) struct KernelFetcherTests {
  private let mirror: FakeMirror
  private let cache: KernelCache
  private let events = Events()
  private let entry = CatalogEntry(
    name: "test", summary: "", series: .series("6.12"), suites: ["sid", "experimental"],
    packages: [PackagePattern("linux-image-*-cloud-amd64-unsigned")].compactMap { $0 })

  init() async throws {
    mirror = try await FakeMirror()
    cache = KernelCache(directory: mirror.folder.path + "/cache")
  }

  /// What a fetcher reported.
  private final class Events: Sendable {
    private let all = Mutex<[FetchEvent]>([])
    func add(_ event: FetchEvent) { all.withLock { $0.append(event) } }
    var downloads: Int {
      all.withLock { $0.count { if case .downloading = $0 { true } else { false } } }
    }
    var texts: [String] { all.withLock { $0.map(\.description) } }
  }

  private func fetcher(trusting keyring: String? = nil) -> KernelFetcher {
    let configuration = mirror.configuration(trusting: keyring)
    let events = events
    return KernelFetcher(cache: cache, machine: { configuration }, report: { events.add($0) })
  }

  private func text(of body: () async throws -> CachedKernel) async -> String {
    do {
      return "fetched \(try await body().record.version)"
    } catch {
      return "\(error)"
    }
  }

  @Test("the newest version of the series is fetched once, with its modules in load order")
  func fetch() async throws {
    try await mirror.publish([.init("6.12.9"), .init("6.12.10"), .init("6.13.1")], in: "sid")
    let kernel = try await fetcher().kernel(entry)
    #expect(kernel.record.version == "6.12.10")
    #expect(kernel.record.release == "6.12.10-cloud-amd64")
    #expect(kernel.record.suite == "sid")
    #expect(kernel.record.modules.map(\.name) == ["zsmalloc", "zram"])
    #expect(
      kernel.record.files.map(\.path) == [
        "vmlinuz", "config", "modules/zsmalloc.ko", "modules/zram.ko",
      ])
    #expect(kernel.record.absent.contains("virtio_blk"))
    let left = try FileManager.default.contentsOfDirectory(atPath: kernel.directory).sorted()
    #expect(left == ["config", "kernel.json", "modules", "vmlinuz"])

    try FileManager.default.removeItem(atPath: mirror.root)
    #expect(try await fetcher().kernel(entry) == kernel, "no mirror is needed the second time")
    #expect(events.downloads == 1)

    let bootable = BootableKernel(kernel)
    #expect(bootable.modules(for: ["zram"]).map(\.name) == ["zsmalloc", "zram"])
    #expect(bootable.modules(for: ["zsmalloc", "nosuch"]).map(\.name) == ["zsmalloc"])
    #expect(bootable.configValue("CONFIG_ZRAM") == "m")
    #expect(bootable.configValue("CONFIG_X") == "y")
    #expect(bootable.configValue("CONFIG_Y") == nil)
    #expect(bootable.defect == nil)
  }

  @Test("a newer version is taken when asked for, and the older one stays until then")
  func newest() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    #expect(try await fetcher().kernel(entry).record.version == "6.12.9")
    try await mirror.publish([.init("6.12.10")], in: "sid")
    #expect(try await fetcher().kernel(entry).record.version == "6.12.9")
    #expect(try await fetcher().kernel(entry, freshness: .newest).record.version == "6.12.10")
    #expect(try await fetcher().kernel(entry, freshness: .newest).record.version == "6.12.10")
    #expect(try await fetcher().kernel(entry).record.version == "6.12.10")
    #expect(events.downloads == 2)
  }

  @Test("a version that is listed and not there gives way to an older one, then to the next suite")
  func gone() async throws {
    try await mirror.publish([.init("6.12.9", isGone: true)], in: "sid")
    try await mirror.publish([.init("6.12.4"), .init("6.12.5", isGone: true)], in: "experimental")
    let kernel = try await fetcher().kernel(entry)
    #expect(kernel.record.version == "6.12.4")
    #expect(kernel.record.suite == "experimental")
    #expect(
      events.texts.contains("sid lists 6.12.9, and the mirror does not have it; looking further"))
  }

  @Test("when the series has left, the error lists what is there")
  func left() async throws {
    try await mirror.publish([.init("6.13.1"), .init("7.0.2")], in: "sid")
    let text = await text { try await fetcher().kernel(entry) }
    #expect(
      text == """
        no suite has kernel test (linux-image-*-cloud-amd64-unsigned 6.12) any more; there is
          sid: 6.13.1, 7.0.2
          experimental: file:\(mirror.root)/debian does not have this suite
          try:  another kernel, or add a suite that has it to kernels/kernels.yaml
        """)
  }

  @Test("of all suites, the newest version is taken when the entry wants the newest")
  func newestOfAll() async throws {
    try await mirror.publish([.init("6.12.9"), .init("7.1.2")], in: "sid")
    try await mirror.publish([.init("7.2~rc1"), .init("7.1.9")], in: "experimental")
    let next = CatalogEntry(
      name: "next", summary: "", series: .newest, suites: entry.suites, packages: entry.packages)
    #expect(try await fetcher().kernel(next).record.version == "7.2~rc1")
  }

  @Test("a repository that is not signed is refused")
  func unsigned() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid", signed: false)
    let text = await text { try await fetcher().kernel(entry) }
    #expect(text.hasPrefix("kernel test is not in the cache, and no mirror could be read"))
    #expect(text.contains("sid: file:\(mirror.root)/debian could not be verified"))
    #expect(cache.state(of: "test") == .absent)
  }

  @Test("a repository signed by a key that the keyring lacks is refused, and the key is named")
  func unknownKey() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let other = try await FakeMirror()
    let text = await text {
      try await fetcher(trusting: other.folder.path + "/mirror.gpg").kernel(entry)
    }
    #expect(text.contains(/sid: signed by [0-9A-F]{16,40}, which is not in .*mirror.gpg/))
  }

  @Test("a package changed after it was signed is refused")
  func tampered() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let pool = mirror.root + "/debian/pool/"
    let deb = pool + (try FileManager.default.contentsOfDirectory(atPath: pool)[0])
    var bytes = try Data(contentsOf: URL(fileURLWithPath: deb))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: deb))
    let text = await text { try await fetcher().kernel(entry) }
    #expect(text.contains("apt-get -q download"), "\(text)")
    #expect(cache.state(of: "test") == .absent)
    let left = try FileManager.default.contentsOfDirectory(
      atPath: cache.directory + "/kernels/test")
    #expect(left == [".lock"])
  }

  @Test("a package without a bootable image or without the channel's modules is refused")
  func unusable() async throws {
    try await mirror.publish([.init("6.12.9", image: Data("nothing".utf8))], in: "sid")
    let noImage = await text { try await fetcher().kernel(entry) }
    #expect(
      noImage.hasPrefix(
        "kernel test: package linux-image-6.12.9-cloud-amd64-unsigned has a vmlinuz that is not"))
    try await mirror.publish([.init("6.12.10", hasChannel: false)], in: "sid")
    let noChannel = await text { try await fetcher().kernel(entry) }
    #expect(noChannel.contains("has no virtio_pci"))
  }

  @Test("a damaged file in the cache is found, and the kernel fetched again")
  func damaged() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let kernel = try await fetcher().kernel(entry)
    try Data("garbage".utf8).write(to: URL(fileURLWithPath: kernel.image))
    #expect(cache.state(of: "test") == .doubtful(kernel, files: ["vmlinuz"]))
    let again = try await fetcher().kernel(entry)
    #expect(KernelImage(path: again.image)?.defect == nil)
    #expect(events.downloads == 2)
    #expect(
      events.texts.contains("test: vmlinuz in the cache changed; fetching it again"))
  }

  @Test("damage that leaves size and time alone is found when digests are asked for")
  func hiddenDamage() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let kernel = try await fetcher().kernel(entry)
    let before = try FileManager.default.attributesOfItem(atPath: kernel.image)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: kernel.image))
    bytes[600] ^= 1
    try bytes.write(to: URL(fileURLWithPath: kernel.image))
    let date = try #require(before[.modificationDate])
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: kernel.image)
    _ = try await fetcher().kernel(entry, freshness: .verified)
    #expect(events.downloads == 2)
    #expect(try await cache.damaged(in: kernel) == [])
  }

  @Test("files that were only touched are believed after their digests were checked, once")
  func touched() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let kernel = try await fetcher().kernel(entry)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: kernel.image)
    #expect(cache.state(of: "test") != .intact(kernel))
    let accepted = try await fetcher().kernel(entry)
    #expect(events.downloads == 1)
    #expect(cache.state(of: "test") == .intact(accepted))
  }

  @Test("fetches at the same time download once, and all get the kernel")
  func together() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let fetcher = fetcher()
    let entry = entry
    let kernels = try await withThrowingTaskGroup(of: CachedKernel.self) { group in
      for _ in 0..<4 { group.addTask { try await fetcher.kernel(entry) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(kernels.count == 4)
    #expect(Set(kernels.map(\.directory)).count == 1)
    #expect(events.downloads == 1)
  }

  @Test("what a killed fetch left is cleared away by the next one")
  func leftovers() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let left = cache.directory + "/kernels/test/.staging-dead/modules"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
    #expect(cache.state(of: "test") == .absent)
    _ = try await fetcher().kernel(entry)
    let entries = try FileManager.default.contentsOfDirectory(
      atPath: cache.directory + "/kernels/test")
    #expect(entries.sorted() == [".lock", "6.12.9", "current"])
  }

  @Test("a fetch that is cancelled leaves no staging folder")
  func cancelled() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let configuration = mirror.configuration()
    let cache = cache
    let entry = entry
    let (started, continuation) = AsyncStream<Void>.makeStream()
    let task = Task {
      let fetcher = KernelFetcher(cache: cache, machine: { configuration }) { event in
        if case .downloading = event { continuation.yield() }
      }
      return try await fetcher.kernel(entry)
    }
    for await _ in started { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let entries = try FileManager.default.contentsOfDirectory(
      atPath: cache.directory + "/kernels/test")
    #expect(entries == [".lock"])
  }

  @Test("a record that cannot be read, or has another layout, counts as no kernel")
  func strangeRecord() async throws {
    try await mirror.publish([.init("6.12.9")], in: "sid")
    let kernel = try await fetcher().kernel(entry)
    let path = kernel.directory + "/kernel.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for strange in [
      "{", "", text.replacingOccurrences(of: "\"schema\" : 1", with: "\"schema\" : 2"),
    ] {
      try Data(strange.utf8).write(to: URL(fileURLWithPath: path))
      #expect(cache.state(of: "test") == .absent)
    }
    _ = try await fetcher().kernel(entry)
    #expect(events.downloads == 2)
  }
}
