import Foundation

/// The files of this checkout that the tidy rules read.
struct SourceTree {
  /// One text file, split into lines.
  struct File {
    /// The path below the root of the checkout.
    let path: String
    let lines: [String]
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let files: [File]

  /// The Swift files below the given folders.
  static func swift(below folders: String...) throws -> SourceTree {
    try SourceTree(folders: folders) { $0.hasSuffix(".swift") }
  }

  init(folders: [String], where wanted: (String) -> Bool) throws {
    var files: [File] = []
    for folder in folders {
      let start = Self.root.appendingPathComponent(folder)
      guard let walk = FileManager.default.enumerator(atPath: start.path) else {
        throw CocoaError(.fileNoSuchFile)
      }
      for case let name as String in walk where wanted(name) && !name.contains(".build") {
        let text = try String(contentsOf: start.appendingPathComponent(name), encoding: .utf8)
        files.append(File(path: folder + "/" + name, lines: text.components(separatedBy: "\n")))
      }
    }
    self.files = files.sorted { $0.path < $1.path }
  }

  /// The findings of a rule over every line: `path:line: what`.
  func findings(_ rule: (File, Int, String) -> String?) -> [String] {
    files.flatMap { file in
      file.lines.indices.compactMap { index in
        rule(file, index, file.lines[index]).map { "\(file.path):\(index + 1): \($0)" }
      }
    }
  }
}
