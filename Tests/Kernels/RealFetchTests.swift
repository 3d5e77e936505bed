import Foundation
import Testing

@testable import Kernels

/// Needs a Debian mirror and about 200 MB; run with FAULTLINE_TEST_NETWORK=1.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["FAULTLINE_TEST_NETWORK"] == "1"))
struct RealFetchTests {
  private static let names = [
    "debian-5.10", "debian-6.1", "debian-6.12", "debian-7.2", "debian-next",
  ]

  @Test("every kernel of the catalogue can be fetched into an empty cache", arguments: names)
  func everyKernel(_ name: String) async throws {
    let folder = try TemporaryFolder()
    let catalog = try KernelCatalog(contentsOf: Fixture.root + "/kernels/kernels.yaml")
    let fetcher = KernelFetcher(cache: KernelCache(directory: folder.path))
    let kernel = try await fetcher.kernel(try catalog.entry(named: name))
    #expect(kernel.record.release.hasSuffix("cloud-amd64"))
    #expect(KernelImage(path: kernel.image)?.release == kernel.record.release)
    #expect(kernel.config != nil)
    let bootable = BootableKernel(kernel)
    #expect(bootable.configValue("CONFIG_USERFAULTFD") == "y")
    #expect(bootable.modules(for: ["zram"]).last?.name == "zram")
    #expect(try await fetcher.cache.damaged(in: kernel) == [])
  }
}
