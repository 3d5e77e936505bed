package import Results

/// Two runs, or kernels, to choose, and what changed between them.
package struct ComparePage: Sendable {
  /// What came of what was asked.
  package enum Answer: Sendable {
    case nothingAsked
    case compared(Comparison)
    /// Why there is none, in words.
    case refused(String)
  }

  package var base: String
  package var candidate: String
  /// What can be chosen: runs and kernels, the newest first.
  package var choices: [String]
  package var answer: Answer

  package init(base: String, candidate: String, choices: [String], answer: Answer) {
    self.base = base
    self.candidate = candidate
    self.choices = choices
    self.answer = answer
  }

  package var text: String {
    let content: Markup
    switch answer {
    case .nothingAsked:
      content = """
        <p>Choose a base and a candidate: a run, the beginning of its id, <code>latest</code>, <code>previous</code>, a \
        kernel (the newest run that has it), or <code>RUN:KERNEL</code>.</p>
        """
    case .refused(let why):
      content = "<pre class=\"note bad-note\">\(CaseWords.cut(why, 2_000))</pre>"
    case .compared(let comparison):
      let html = ComparisonHTML { side, identity in
        PageLink.testCase(side.runs.first ?? "", suite: identity.suite, name: identity.name)
      }
      content = "<p>\(ComparisonHTML.pill(comparison))</p>\n\(html.content(comparison))"
    }
    let isAsked = !base.isEmpty || !candidate.isEmpty
    let title = isAsked ? "faultline: \(base) → \(candidate)" : "faultline: compare"
    return ServedFrame(title: title, crumbs: [("Compare", nil)])
      .page("<h2>Compare</h2>\n\(form)\n\(content)")
  }

  private var form: Markup {
    let options = choices.prefix(400).map { choice -> Markup in
      "<option value=\"\(CaseWords.cut(choice, 300))\"></option>"
    }
    let swapped = PageLink(.compare, [("a", candidate), ("b", base)])
    return """
      <form class="toolbar" action="/compare" method="get">
      <label>base <input name="a" list="choices" value="\(CaseWords.cut(base, 300))" autocomplete="off" spellcheck="false"></label>
      <label>candidate <input name="b" list="choices" value="\(CaseWords.cut(candidate, 300))" autocomplete="off" spellcheck="false"></label>
      <button>compare</button>
      \(Markup.when(!base.isEmpty && !candidate.isEmpty, "<a href=\"\(swapped.text)\">swap</a>"))
      <datalist id="choices"><option value="latest"></option><option value="previous"></option>\(options)</datalist>
      </form>
      """
  }
}
