/// The style sheet of comparisons and of what is served: that of a run's page, and a little more.
enum PageStyle {
  static let markup: Markup = HTMLStyle.markup + own

  private static let own: Markup = #"""

    .crumbs{margin:10px 0 0;color:var(--dim);overflow-wrap:anywhere}
    .toolbar select{max-width:22em}.toolbar .chip{border:1px solid var(--line);border-radius:5px;padding:3px 8px;font-size:13px;
    white-space:nowrap}.toolbar a.chip:hover{text-decoration:none;background:var(--soft)}
    .toolbar .chip[aria-current=true]{background:var(--fg);color:var(--bg)}.toolbar label{white-space:nowrap}
    .pages{display:flex;flex-wrap:wrap;gap:10px;margin:10px 0;align-items:center}
    .pages [aria-current]{font-weight:600}
    tr:focus-within>*{background:var(--soft)}
    .note{border-left:3px solid var(--u);padding:4px 10px;margin:10px 0;background:var(--ub);overflow-wrap:anywhere}
    .bad-note{border-color:var(--f);background:var(--fb)}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:4px 24px}.pair>div{min-width:0}
    .pair h4{margin-top:8px}.pair dl{margin-left:0}
    .change{border-top:1px solid var(--line);padding:2px 0 8px;overflow-wrap:anywhere}.change h3{font-family:ui-monospace,
    "DejaVu Sans Mono",monospace;font-size:13px;margin:10px 0 2px}.change p{margin:4px 0}
    .meter{height:8px;border-radius:4px;background:var(--line);overflow:hidden;margin:8px 0;max-width:40em}
    progress{width:min(40em,100%);height:14px;accent-color:var(--p)}
    .runs td{white-space:nowrap}.runs td:last-child{white-space:normal;min-width:12em}
    .runs svg.bar{vertical-align:middle}.strips th{font-weight:500;padding-right:14px}
    .strips p{margin:2px 0}.strips td{padding:3px 14px 3px 0}.strips a{display:inline-block}
    .pill{white-space:nowrap;display:inline-block}p>.pill:first-child{margin-left:0}figcaption .dim{font-weight:400}
    .live::before{content:"● ";color:var(--p)}
    @media(max-width:700px){.pair{grid-template-columns:1fr}.runs .wide-only{display:none}
    .matrix th[scope=row],.matrix thead th:first-child{min-width:11em}.runs td:last-child{min-width:9em}
    .toolbar select{max-width:100%}}
    """#
}
