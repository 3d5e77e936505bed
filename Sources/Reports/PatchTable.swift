import Results

/// One line a column of a check: how far each kernel got, and what changed with it.
struct PatchTable {
  let check: SeriesCheck
  let style: TerminalStyle
  /// The width to keep to, in characters; subjects are cut.
  let width: Int

  private static let header =
    "   #  apply build boot  cases worse better   text warn splat  "
  /// The narrowest room for a subject.
  private static let leastRoom = 20

  /// All lines, and what the marks mean.
  func lines() -> [String] {
    let base = check.base.kernel
    let room = max(Self.leastRoom, width - Self.header.count)
    let size = base.image.map { TextLayout.size($0.textBytes) } ?? ""
    var lines = [style.paint(Self.header + "subject", .strong)]
    lines.append(
      row(
        "base", [mark(nil), mark(base.builds), mark(base.boots)], column: 0, kernel: base,
        text: size, counts: nil) + TextLayout.cut(Escaping.terminal(check.base.source), room))
    for patch in check.patches {
      let kernel = patch.kernel
      lines.append(
        row(
          String(patch.index), [mark(patch.applies), mark(kernel.builds), mark(kernel.boots)],
          column: patch.index, kernel: kernel, text: growth(patch),
          counts: (patch.introduced.count, patch.fixed.count))
          + TextLayout.cut(Escaping.terminal(patch.subject), room))
    }
    return lines.map(TextLayout.withoutTrailingSpace)
      + [
        style.paint(
          "  (✓ yes, ✗ no, · not tried; text: size of the code, by how much it grew)", .quiet)
      ]
  }

  private func row(
    _ name: String, _ marks: [String], column: Int, kernel: KernelState, text: String,
    counts: (worse: Int, better: Int)?
  ) -> String {
    let tested = check.testedCases(column: column)
    let cells = [
      TextLayout.right(name, 4), "    \(marks[0])     \(marks[1])    \(marks[2])  ",
      TextLayout.right(kernel.tested || tested > 0 ? String(tested) : "", 5), " ",
      number(counts?.worse, 5, .bad), " ", number(counts?.better, 6, .good), " ",
      TextLayout.right(text, 6), " ", number(kernel.warnings.count, 4, .known), " ",
      number(kernel.splats.count, 5, .bad), "  ",
    ]
    return cells.joined()
  }

  private func mark(_ done: Bool?) -> String {
    switch done {
    case true: style.paint("✓", .good)
    case false: style.paint("✗", .bad)
    case nil: style.paint("·", .quiet)
    }
  }

  private func number(_ number: Int?, _ width: Int, _ paint: TerminalStyle.Paint) -> String {
    guard let number, number > 0 else { return String(repeating: " ", count: width) }
    let text = String(number)
    return String(repeating: " ", count: max(0, width - text.count)) + style.paint(text, paint)
  }

  /// Against the nearest column before that has an image.
  private func growth(_ patch: PatchCheck) -> String {
    guard let size = patch.kernel.image?.textBytes else { return "" }
    let earlier = (0..<patch.index).reversed().lazy
      .compactMap { check.kernel(column: $0)?.image?.textBytes }.first
    guard let earlier else { return "" }
    let change = size - earlier
    if change == 0 { return "=" }
    return (change > 0 ? "+" : "-") + TextLayout.size(abs(change))
  }
}
