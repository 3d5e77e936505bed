/// A kernel in the cache: its folder and its record.
package struct CachedKernel: Sendable, Equatable {
  /// Absolute path of the folder with vmlinuz, config and modules.
  package let directory: String
  package let record: KernelRecord

  /// Absolute path of the image.
  package var image: String { directory + "/vmlinuz" }

  /// Absolute path of the configuration; nil when the package had none.
  package var config: String? {
    record.files.contains { $0.path == "config" } ? directory + "/config" : nil
  }
}
