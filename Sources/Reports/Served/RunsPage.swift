package import Results

/// The first page of `faultline serve`: runs that go on, runs that were, and what became of them over the nights.
package struct RunsPage: Sendable {
  /// A run of the history.
  package struct Entry: Sendable {
    package var listing: RunListing
    package var counts: [MarkCount]
    /// Of each guest.
    package var bootMilliseconds: [Int]

    package init(listing: RunListing, counts: [MarkCount], bootMilliseconds: [Int]) {
      self.listing = listing
      self.counts = counts
      self.bootMilliseconds = bootMilliseconds
    }
  }

  /// Runs on one page.
  package static let size = 30

  package var running: [LivePage]
  /// The newest first.
  package var entries: [Entry]
  package var page: Int
  package var total: Int

  package init(running: [LivePage], entries: [Entry], page: Int, total: Int) {
    self.running = running
    self.entries = entries
    self.page = page
    self.total = total
  }

  package var text: String {
    let live: Markup =
      running.isEmpty ? .empty : "<h2>Going on</h2>\n\(running.map(\.summary))"
    let turner = PageTurner(page: page, size: Self.size, total: total, noun: "run")
    let none: Markup = "<p>The history has no run yet: <code>faultline run</code> makes one.</p>"
    let body: Markup = """
      \(live)
      <h2>Runs</h2>
      \(Markup.when(total == 0, none))\(Markup.when(total > 0, table))
      \(turner.markup { PageLink(.runs, [("page", String($0))]) })
      \(charts)
      """
    return ServedFrame(title: "faultline: runs", isLive: !running.isEmpty).page(body)
  }

  private var table: Markup {
    """
    <div class="scroll"><table class="plain runs"><thead><tr><th scope="col">run</th><th scope="col" class="wide-only">began</th>\
    <th scope="col">verdicts</th><th scope="col" class="num">red</th><th scope="col" class="num wide-only">results</th>\
    <th scope="col" class="num wide-only">took</th><th scope="col">kernels</th></tr></thead><tbody>
    \(entries.map(row))</tbody></table></div>
    """
  }

  private func row(_ entry: Entry) -> Markup {
    let run = entry.listing
    let took = run.elapsedMilliseconds.map { TextLayout.time(milliseconds: $0) } ?? "–"
    let red: Markup =
      run.red > 0 ? "<td class=\"num f\"><b>\(run.red)</b></td>" : "<td class=\"num p\">✓</td>"
    let machines =
      run.machines == ["default"] ? "" : " on " + run.machines.prefix(6).joined(separator: ", ")
    return """
      <tr data-row><th scope="row"><a href="\(PageLink.run(run.run).text)">\(CaseWords.cut(run.run, 80))</a></th>\
      <td class="wide-only">\(CaseWords.cut(run.started ?? "–", 40))</td><td>\(bar(entry.counts))</td>\(red)\
      <td class="num wide-only">\(run.results)</td><td class="num wide-only">\(took)</td>\
      <td>\(CaseWords.cut(run.kernels.prefix(12).joined(separator: ", ") + machines, 400))</td></tr>

      """
  }

  /// The shares of the verdicts, 120 wide.
  private func bar(_ counts: [MarkCount]) -> Markup {
    let marks = MarkCount.marks(counts)
    let total = max(1, marks.map(\.count).reduce(0, +))
    var done = 0
    let parts = marks.map { mark, count -> Markup in
      let start = done * 120 / total
      done += count
      let width = max(2, done * 120 / total - start)
      return """
        <rect class="\(mark.letter)" x="\(start)" width="\(width)" height="10"><title>\(count) \(mark.word)</title></rect>
        """
    }
    let words = marks.map { "\($0.count) \($0.mark.word)" }.joined(separator: ", ")
    return
      "<svg class=\"bar\" width=\"122\" height=\"10\" role=\"img\" aria-label=\"\(words)\">\(parts)</svg>"
  }

  private var charts: Markup {
    let nights = Array(entries.reversed())
    func chart(
      _ title: String, _ word: @escaping (Int) -> String,
      _ parts: (Entry) -> [(value: Int, style: Markup, name: String)]
    ) -> Markup {
      NightChart(
        title: title,
        nights: nights.map { entry in
          NightChart.Night(
            label: entry.listing.started ?? entry.listing.run,
            link: PageLink.run(entry.listing.run), parts: parts(entry))
        }, word: word
      ).markup
    }
    let all = [
      chart("Verdicts", { String($0) }) { entry in
        MarkCount.marks(entry.counts).reversed().map { ($0.count, $0.mark.letter, $0.mark.word) }
      },
      chart("Red results", { String($0) }) { entry in
        MarkCount.marks(entry.counts.filter { $0.verdict.isRed && !$0.isKnown })
          .map { ($0.count, $0.mark.letter, $0.mark.word) }
      },
      chart("Duration of the run", { TextLayout.time(milliseconds: $0) }) { entry in
        [(entry.listing.elapsedMilliseconds ?? 0, "t", "took")]
      },
      chart("Longest boot", { TextLayout.time(milliseconds: $0) }) { entry in
        [(entry.bootMilliseconds.max() ?? 0, "t", "boot")]
      },
    ].filter { !$0.isEmpty }
    return all.isEmpty ? .empty : "<h2>Over the nights</h2>\n<div class=\"charts\">\n\(all)</div>\n"
  }
}
