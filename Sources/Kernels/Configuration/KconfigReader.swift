import Foundation

/// Reads the Kconfig files of a source tree, beginning with one and following `source`.
struct KconfigReader {
  /// What a line's properties belong to.
  private enum Entry {
    case none
    case symbol(String)
    case block
  }

  /// An `if`, `menu` or `choice` that is open.
  private struct Block {
    var dependencies: [String] = []
    /// The conditions under which prompts inside can be seen.
    var visibility: [String] = []
    var choice: Int?
  }

  private let root: String
  private let variables: [String: String]
  private(set) var symbols: [String: KconfigSymbol] = [:]
  /// Who selects a symbol, by its name.
  private(set) var selectors: [String: [KconfigSelector]] = [:]
  /// The members of each choice.
  private(set) var choices: [[String]] = []
  private var blocks: [Block] = []
  private var entry = Entry.none

  init(root: String, variables: [String: String]) {
    self.root = root
    self.variables = variables
  }

  /// Reads a file below the root.
  ///
  /// - Throws: `ConfigError.unreadable` for it and for files that it names.
  mutating func read(_ path: String) throws(ConfigError) {
    let full = root + "/" + path
    guard let data = FileManager.default.contents(atPath: full) else {
      throw .unreadable(path: full)
    }
    for statement in KconfigStatements([UInt8](data)) {
      if statement.keyword == "source" {
        try read(sourcedPath(statement.rest))
      } else if !readBlock(statement) {
        readProperty(statement)
      }
    }
  }

  private func sourcedPath(_ quoted: String) -> String {
    var path = quoted.filter { $0 != "\"" }
    for (name, value) in variables { path = path.replacing("$(\(name))", with: value) }
    return path
  }

  /// Takes a line that opens or closes something.
  private mutating func readBlock(_ statement: KconfigStatements.Statement) -> Bool {
    switch statement.keyword {
    case "config", "menuconfig": define(statement.rest)
    case "if":
      blocks.append(Block(dependencies: [statement.rest]))
      entry = .none
    case "menu":
      blocks.append(Block())
      entry = .block
    case "choice":
      blocks.append(Block(choice: choices.count))
      choices.append([])
      entry = .block
    case "endif", "endmenu", "endchoice":
      _ = blocks.popLast()
      entry = .none
    case "comment", "mainmenu": entry = .none
    default: return false
    }
    return true
  }

  private mutating func define(_ name: String) {
    var definition = KconfigDefinition()
    definition.dependencies = blocks.flatMap(\.dependencies)
    definition.promptConditions = blocks.flatMap(\.visibility)
    definition.choice = blocks.last { $0.choice != nil }?.choice
    if let choice = definition.choice { choices[choice].append(name) }
    symbols[name, default: KconfigSymbol(name: name)].definitions.append(definition)
    entry = .symbol(name)
  }

  private mutating func readProperty(_ statement: KconfigStatements.Statement) {
    switch entry {
    case .none: break
    case .block: readBlockProperty(statement)
    case .symbol(let name):
      if ["select", "imply"].contains(statement.keyword) {
        if statement.keyword == "select" { note(selectedBy: name, statement.rest) }
        return
      }
      // Taken out while it is changed, so that its arrays are not copied.
      guard var symbol = symbols.removeValue(forKey: name), !symbol.definitions.isEmpty else {
        return
      }
      symbol.definitions[symbol.definitions.count - 1].read(statement)
      symbols[name] = symbol
    }
  }

  /// `depends on` of a menu or choice, `visible if` of a menu, the condition of a choice's prompt.
  private mutating func readBlockProperty(_ statement: KconfigStatements.Statement) {
    let last = blocks.count - 1
    guard last >= 0 else { return }
    switch statement.keyword {
    case "depends": blocks[last].dependencies.append(statement.rest.withoutWord("on"))
    case "visible": blocks[last].visibility.append(statement.rest.withoutWord("if"))
    case "prompt", "bool", "tristate":
      if blocks[last].choice != nil, let condition = statement.rest.conditionBehindText {
        blocks[last].visibility.append(condition)
      }
    default: break
    }
  }

  private mutating func note(selectedBy selector: String, _ rest: String) {
    let target = String(rest.prefix { !$0.isWhitespace })
    let condition = rest.dropFirst(target.count).trimmed
    selectors[target, default: []].append(
      KconfigSelector(
        name: selector, condition: condition.hasPrefix("if") ? condition.withoutWord("if") : nil))
  }
}

extension KconfigDefinition {
  /// Takes a line of the block.
  fileprivate mutating func read(_ statement: KconfigStatements.Statement) {
    switch statement.keyword {
    case "bool", "tristate", "int", "hex", "string":
      kind = Kind(rawValue: statement.keyword)
      readPrompt(statement.rest)
    case "prompt": readPrompt(statement.rest)
    case "def_bool", "def_tristate":
      kind = statement.keyword == "def_bool" ? .bool : .tristate
      defaults.append(statement.rest)
    case "default": defaults.append(statement.rest)
    case "depends": dependencies.append(statement.rest.withoutWord("on"))
    case "range": ranges.append(statement.rest)
    default: break
    }
  }

  private mutating func readPrompt(_ rest: String) {
    guard rest.hasPrefix("\"") || rest.hasPrefix("'") else { return }
    hasPrompt = true
    if let condition = rest.conditionBehindText { promptConditions.append(condition) }
  }
}

extension String {
  fileprivate func withoutWord(_ word: String) -> String {
    hasPrefix(word) ? dropFirst(word.count).trimmed : self
  }

  /// The condition in `"text" if CONDITION`.
  fileprivate var conditionBehindText: String? {
    guard let quote = first else { return nil }
    var end = index(after: startIndex)
    while end < endIndex, self[end] != quote {
      if self[end] == "\\", index(after: end) < endIndex { end = index(after: end) }
      end = index(after: end)
    }
    guard end < endIndex else { return nil }
    let rest = self[index(after: end)...].trimmed
    return rest.hasPrefix("if") ? rest.withoutWord("if") : nil
  }
}
