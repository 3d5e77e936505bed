/// A part of the page with a heading and an anchor.
struct HTMLSection: Sendable {
  /// The anchor: letters only.
  let id: StaticString
  let title: String
  let body: Markup

  var anchor: Markup { Markup(id.description) }

  var markup: Markup {
    """
    <section id="\(anchor)" aria-labelledby="\(anchor)-title">
    <h2 id="\(anchor)-title">\(title)</h2>
    \(body)
    </section>

    """
  }
}
