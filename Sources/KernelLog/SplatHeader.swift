/// The line by which a splat is recognised, understood.
struct SplatHeader: Equatable, Sendable {
  /// How a splat goes on after its header, and so where it ends.
  enum Shape: Equatable, Sendable {
    /// The header is all there is.
    case line
    /// A backtrace follows, and ends it.
    case trace
    /// A backtrace and more follow, up to `---[ end trace`.
    case endTrace
    /// Several blocks follow, up to a line of `=`.
    case box
    /// Backtrace and memory tables follow, up to the victim's name.
    case outOfMemory
  }

  let kind: SplatKind
  let shape: Shape
  /// The title without the function in which it happened.
  var title: String
  /// The function, if the header itself names it.
  var function: String?
  /// Whether the title wants the first meaningful function behind it.
  var namesFunction = true

  init(
    _ kind: SplatKind, _ shape: Shape, _ title: String, in function: String? = nil,
    namesFunction: Bool = true
  ) {
    self.kind = kind
    self.shape = shape
    self.title = title
    self.function = function
    self.namesFunction = namesFunction
  }

  /// Reads a header; nil for every other line.
  ///
  /// Messages must begin exactly as the kernel prints them, since boot logs are full of harmless
  /// `WARNING`, `BUG` and `Error`: `Spectre V2 : WARNING: …`, `ACPI BIOS Error (bug): …`,
  /// `[Firmware Bug]: …`, and `traps: init[1] general protection fault` for a user program.
  init?(_ message: String) {
    guard let first = message.utf8.first, Self.firstBytes.contains(first) else { return nil }
    let message = Self.withoutWatchdogPrefix(message)
    guard
      let header = Self.fixed(message) ?? Self.sanitizer(message) ?? Self.bug(message)
        ?? Self.exception(message) ?? Self.warning(message) ?? Self.stall(message)
        ?? Self.memory(message)
    else { return nil }
    self = header
  }

  /// Whether it is the WARN that slab reports have since 6.12.
  var isSlabWarning: Bool { kind == .warning && title == "WARNING at mm/slub.c" }

  /// What any header can begin with: a cheap test that nearly every line of a boot fails.
  private static let firstBytes: Set<UInt8> = {
    var bytes = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ[_".utf8)
    bytes.formUnion("abcdefghijklmnopqrstuvwxyz".utf8)
    return bytes
  }()

  private static func withoutWatchdogPrefix(_ message: String) -> String {
    for prefix in ["watchdog: ", "NMI watchdog: ", "rcu: ", "traps: PANIC: "] {
      if let rest = message.dropping(prefix: prefix) {
        return prefix.hasPrefix("traps") ? "PANIC: " + rest : String(rest)
      }
    }
    return message
  }
}
