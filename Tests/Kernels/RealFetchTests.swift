import Foundation
import Testing

@testable import Kernels

/// Needs a Debian mirror and about 150 MB; run with FAULTLINE_TEST_NETWORK=1.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["FAULTLINE_TEST_NETWORK"] == "1"))
struct RealFetchTests {
  @Test("every kernel of the catalogue can be fetched, and a second time costs no network")
  func everyKernel() async throws {
    let catalog = try KernelCatalog(contentsOf: Fixture.root + "/kernels/kernels.yaml")
    let fetcher = KernelFetcher { print("  \($0)") }
    for entry in catalog.entries {
      let start = ContinuousClock().now
      let kernel = try await fetcher.kernel(entry)
      print(entry.name, ContinuousClock().now - start)
      let again = ContinuousClock().now
      #expect(try await fetcher.kernel(entry) == kernel)
      print("  again", ContinuousClock().now - again)
      #expect(kernel.record.release.contains("cloud-amd64"))
    }
  }
}
