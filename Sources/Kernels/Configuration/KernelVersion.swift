import Foundation

/// VERSION.PATCHLEVEL of a kernel: what the fragments' bounds are compared with.
package struct KernelVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  package init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads `6.12`; nil when the text is anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      let major = Int(parts[0]), let minor = Int(parts[1])
    else { return nil }
    self.init(major: major, minor: minor)
  }

  /// Reads the Makefile in the root of a source tree.
  ///
  /// - Throws: `ConfigError.notASourceTree`.
  package init(sourceRoot: String) throws(ConfigError) {
    let data = FileManager.default.contents(atPath: sourceRoot + "/Makefile") ?? Data()
    var numbers: [String: Int] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n").prefix(20) {
      let sides = line.split(separator: "=", maxSplits: 1)
      if sides.count == 2 { numbers[sides[0].trimmed] = Int(sides[1].trimmed) }
    }
    guard let major = numbers["VERSION"], let minor = numbers["PATCHLEVEL"] else {
      throw .notASourceTree(path: sourceRoot)
    }
    self.init(major: major, minor: minor)
  }

  package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  package var description: String { "\(major).\(minor)" }
}
