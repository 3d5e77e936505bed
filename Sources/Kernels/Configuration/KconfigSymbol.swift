/// A symbol of the Kconfig language with everything that its definitions say about it.
struct KconfigSymbol {
  /// Without its prefix.
  let name: String
  /// A symbol may be defined in several places; each can give it a prompt, a default, a type.
  var definitions: [KconfigDefinition] = []

  var kind: KconfigDefinition.Kind? { definitions.lazy.compactMap(\.kind).first }
  var hasPrompt: Bool { definitions.contains { $0.hasPrompt } }
}

/// One `config` or `menuconfig` block.
///
/// Conditions are kept as text and parsed when they are needed: a tree has 40 000 of them, and an
/// explanation needs a dozen.
struct KconfigDefinition {
  enum Kind: String {
    case bool, tristate, int, hex, string
  }

  /// A text, and the condition behind its `if` inside the same text.
  typealias Guarded = String

  var kind: Kind?
  var hasPrompt = false
  /// The conditions behind `if` of the prompt, and behind `visible if` of the menus around it.
  var promptConditions: [String] = []
  /// Every `depends on` of the block and of what is around it, outermost first.
  ///
  /// Menus, `if`s and the choice count; a line may end in `if CONDITION`.
  var dependencies: [Guarded] = []
  /// A value, perhaps with `if CONDITION`.
  var defaults: [Guarded] = []
  /// `LOW HIGH`, perhaps with `if CONDITION`.
  var ranges: [Guarded] = []
  /// The number of the choice that it is a member of.
  var choice: Int?
}

/// A `select` seen from the symbol that is selected.
struct KconfigSelector {
  /// The symbol that selects.
  let name: String
  /// The condition of the `select`; nil when there is none.
  let condition: String?
}
