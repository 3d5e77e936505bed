/// One line of a fragment: a symbol and the value it is to have once the configuration is complete.
package struct ConfigRequest: Hashable, Sendable {
  /// With its prefix: `CONFIG_ZRAM`.
  package let symbol: String
  /// As `.config` has it: `y`, `n` (off, or unknown to the kernel), `m`, `250`, `0x1`, `"text"`.
  package let value: String
  /// The kernels it is asked of.
  package let versions: VersionBounds
  /// The fragment's file name, without folders.
  package let file: String
  /// Counted from 1.
  package let line: Int

  /// Where it stands: `debug.config:17`.
  package var place: String { "\(file):\(line)" }

  /// The line for a `.config` that `olddefconfig` will complete.
  package var configLine: String {
    value == "n" ? "# \(symbol) is not set" : "\(symbol)=\(value)"
  }
}
