/// What surrounds every page that `faultline serve` answers.
struct ServedFrame {
  let title: String
  /// Where the reader is: links from the list of runs downwards.
  var crumbs: [(text: String, link: PageLink?)] = []
  /// Whether the page is asked for again while it is looked at.
  var isLive = false

  /// Seconds between two looks at a live page when there is no JavaScript.
  private static let refresh = 5

  private var frame: HTMLFrame {
    HTMLFrame(
      title: title, style: PageStyle.markup, script: PageScript.markup, isServed: true,
      refresh: isLive ? Self.refresh : nil)
  }

  func page(_ content: Markup) -> String {
    let body: Markup = """
      <body>
      <a class="skip-link" href="#content">Skip to the content</a>
      <header><h1><a href="/">faultline</a></h1>
      <nav aria-label="Pages"><a href="/">Runs</a><a href="/compare">Compare</a>\(PageParts.theme)</nav></header>
      <p id="offline" class="note" hidden>The server does not answer; this is what it said last.</p>
      \(Markup.when(isLive, "<main id=\"content\" data-live>"))\(Markup.when(!isLive, "<main id=\"content\">"))
      \(trail)
      \(content)</main>
      <footer>Read only. Keys: <kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous row, <kbd>n</kbd> \
      <kbd>p</kbd> pages. What you see is in the address.</footer>
      <script>\(PageScript.markup)</script>
      </body>
      </html>

      """
    return (frame.head + body).source
  }

  private var trail: Markup {
    guard !crumbs.isEmpty else { return .empty }
    let items = crumbs.map { crumb -> Markup in
      let text = CaseWords.cut(crumb.text, 200)
      guard let link = crumb.link else { return " › \(text)" }
      return " › <a href=\"\(link.text)\">\(text)</a>"
    }
    return "<p class=\"crumbs\"><a href=\"/\" rel=\"up\">Runs</a>\(items)</p>"
  }
}

/// The policy of the pages, for the header of an answer; a page says it again itself.
package enum ServedPolicy {
  package static let text =
    HTMLFrame(title: "", style: PageStyle.markup, script: PageScript.markup, isServed: true)
    .policy.source + "; frame-ancestors 'none'"
}

/// Links to the pages of something that has several.
struct PageTurner {
  let page: Int
  let size: Int
  let total: Int
  let noun: String

  var last: Int { max(1, (total + size - 1) / size) }

  func markup(anchor: Markup = .empty, _ link: (Int) -> PageLink) -> Markup {
    let first = (page - 1) * size + 1
    let end = min(total, page * size)
    guard total > 0, first <= total else { return .empty }
    guard last > 1 else { return "<p class=\"dim\">\(TextLayout.count(total, noun))</p>" }
    let previous: Markup =
      page > 1 ? "<a rel=\"prev\" href=\"\(link(page - 1).text)\(anchor)\">‹ previous</a>" : .empty
    let next: Markup =
      page < last ? "<a rel=\"next\" href=\"\(link(page + 1).text)\(anchor)\">next ›</a>" : .empty
    return """
      <nav class="pages" aria-label="Pages of \(noun)s">\(previous)<span>\(first) to \(end) of \
      \(TextLayout.count(total, noun))</span>\(next)</nav>
      """
  }
}
