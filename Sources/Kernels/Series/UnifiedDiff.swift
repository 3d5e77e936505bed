import Foundation

/// The files and hunks of a diff, for naming them; git is what applies it.
struct UnifiedDiff {
  /// One `@@`.
  struct Hunk: Equatable {
    /// Counted from 1 in its file.
    let number: Int
    /// The line of the old file where it begins.
    let start: Int
    /// The lines it must find: those it keeps and those it removes.
    fileprivate(set) var expected: [String]
  }

  /// What the diff does to one path, or to two when it renames or copies.
  struct File: Equatable {
    fileprivate(set) var oldName: String?
    fileprivate(set) var newName: String?
    fileprivate(set) var hunks: [Hunk] = []

    var names: [String] {
      [oldName, newName].compactMap(\.self)
    }
  }

  private(set) var files: [File] = []

  /// Every path, in the order of the diff.
  var names: [String] {
    var seen: Set<String> = []
    return files.flatMap(\.names).filter { seen.insert($0).inserted }
  }

  /// Reads what is a diff in `bytes`; text before, between and after is passed over.
  init(_ bytes: Data) {
    var reader = Reader()
    for line in DiffLines(bytes) { reader.read(line) }
    files = reader.files.filter { !$0.names.isEmpty }
  }

  /// The state between two lines.
  private struct Reader {
    var files: [File] = []
    /// Lines of the old and of the new file that the present hunk still has.
    private var oldLeft = 0
    private var newLeft = 0
    /// The name of a `---` line that waits for its `+++`.
    private var removed: String?
    /// A `diff --git` line came, so that the next `---` belongs to its file.
    private var isOpen = false

    mutating func read(_ line: String) {
      if oldLeft > 0 || newLeft > 0 {
        if takeContent(line) { return }
        (oldLeft, newLeft) = (0, 0)
      }
      if let range = line.prefixMatch(of: /@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/) {
        begin(
          start: Int(range.1) ?? 0, old: range.2.map { Int($0) ?? 0 } ?? 1,
          new: range.3.map { Int($0) ?? 0 } ?? 1)
      } else {
        takeHeader(line)
      }
    }

    private mutating func begin(start: Int, old: Int, new: Int) {
      guard let last = files.indices.last else { return }
      isOpen = false
      (oldLeft, newLeft) = (old, new)
      files[last].hunks.append(
        Hunk(number: files[last].hunks.count + 1, start: start, expected: []))
    }

    private mutating func takeContent(_ line: String) -> Bool {
      let file = files.count - 1
      let hunk = files[file].hunks.count - 1
      switch line.utf8.first {
      // Mailers strip the blank of an empty context line; git takes that.
      case UInt8(ascii: " "), nil, UInt8(ascii: "\r"):
        (oldLeft, newLeft) = (oldLeft - 1, newLeft - 1)
        files[file].hunks[hunk].expected.append(String(line.dropFirst()))
      case UInt8(ascii: "-"):
        oldLeft -= 1
        files[file].hunks[hunk].expected.append(String(line.dropFirst()))
      case UInt8(ascii: "+"): newLeft -= 1
      case UInt8(ascii: "\\"): break
      default: return false
      }
      return true
    }

    private mutating func takeHeader(_ line: String) {
      let waiting = removed
      removed = nil
      if line.hasPrefix("diff --git ") {
        let name = DiffPath.common(line.dropFirst(11))
        files.append(File(oldName: name, newName: name))
        isOpen = true
      } else if line.hasPrefix("--- ") {
        removed = String(line.dropFirst(4))
      } else if line.hasPrefix("+++ "), let waiting {
        if !isOpen { files.append(File()) }
        isOpen = false
        let last = files.count - 1
        files[last].oldName = DiffPath.name(waiting[...]) ?? files[last].oldName
        files[last].newName = DiffPath.name(line.dropFirst(4)) ?? files[last].newName
      } else if isOpen, let from = line.prefixMatch(of: #/(?:rename|copy) from /#) {
        files[files.count - 1].oldName = DiffPath.unquoted(line[from.range.upperBound...])
      } else if isOpen, let to = line.prefixMatch(of: #/(?:rename|copy) to /#) {
        files[files.count - 1].newName = DiffPath.unquoted(line[to.range.upperBound...])
      }
    }
  }
}
