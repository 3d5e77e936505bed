/// What every page begins with: its policy, its style, its title.
struct HTMLFrame {
  let title: String
  let style: Markup
  let script: Markup
  /// Whether `faultline serve` answers it: then its forms and its script may ask the same server, and nobody else.
  var isServed = false
  /// Without JavaScript the page is loaded again after so many seconds.
  var refresh: Int?

  /// What the page may load and run, which is nothing but what stands in it.
  var policy: Markup {
    let own: Markup =
      isServed ? "form-action 'self'; connect-src 'self'" : "form-action 'none'"
    return """
      default-src 'none'; style-src '\(HTMLReport.hash(style))'; \
      script-src '\(HTMLReport.hash(script))'; base-uri 'none'; \(own)
      """
  }

  var head: Markup {
    let again: Markup =
      refresh.map { "<noscript><meta http-equiv=\"refresh\" content=\"\($0)\"></noscript>\n" }
      ?? .empty
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      \(again)<title>\(CaseWords.cut(title, 300))</title>
      <style>\(style)</style>
      </head>

      """
  }
}
