/// The page's style sheet.
enum HTMLStyle {
  /// Colours first: light, dark by the reader's system, dark and light by the button.
  static let markup: Markup = #"""
    :root{color-scheme:light dark;--bg:#fff;--fg:#1c2024;--dim:#60646c;--line:#e3e5e8;--soft:#f6f7f9;--link:#0b57d0;
    --p:#1a7f37;--f:#c8102e;--c:#8e0b2f;--h:#7a3fb5;--u:#a15c00;--e:#b3450e;--k:#8a6d00;--s:#7b828c;--l:#55606e;--m:#55606e;
    --t:#4f7cac;--pb:transparent;--fb:#fdecee;--ub:#fdf3e4;--kb:#fbf7df}
    @media(prefers-color-scheme:dark){:root:not([data-theme=light]){--bg:#14171a;--fg:#dfe3e8;--dim:#98a1ab;--line:#2b3036;
    --soft:#1b1f24;--link:#8ab4f8;--p:#57ab5a;--f:#ff6b78;--c:#ff8fa3;--h:#c297f0;--u:#e0a458;--e:#f0883e;--k:#d3b54a;
    --s:#7d8590;--l:#a3adb8;--m:#a3adb8;--t:#6f9ecb;--fb:#3a1a1f;--ub:#33270f;--kb:#2b2710}}
    :root[data-theme=dark]{color-scheme:dark;--bg:#14171a;--fg:#dfe3e8;--dim:#98a1ab;--line:#2b3036;
    --soft:#1b1f24;--link:#8ab4f8;--p:#57ab5a;--f:#ff6b78;--c:#ff8fa3;--h:#c297f0;--u:#e0a458;--e:#f0883e;--k:#d3b54a;
    --s:#7d8590;--l:#a3adb8;--m:#a3adb8;--t:#6f9ecb;--fb:#3a1a1f;--ub:#33270f;--kb:#2b2710}
    :root[data-theme=light]{color-scheme:light}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,"DejaVu Sans",sans-serif}
    code,pre,kbd,table,.tiles b,#count{font-variant-numeric:tabular-nums}
    code,pre,kbd,.matrix th[scope=row],article h3{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
    code,pre,kbd{font-size:12px}
    a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
    :focus-visible{outline:2px solid var(--link);outline-offset:1px}
    .skip-link{position:absolute;left:-99em}.skip-link:focus{left:8px;top:8px;background:var(--bg);padding:4px 8px;z-index:9}
    header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 16px;padding:12px 20px;border-bottom:1px solid var(--line)}
    h1{font-size:18px;margin:0}h2{font-size:16px;margin:28px 0 10px}h3{font-size:14px;margin:18px 0 6px}
    h4{font-size:12px;margin:14px 0 4px;color:var(--dim);text-transform:uppercase;letter-spacing:.04em}
    header .run{margin:0;color:var(--dim)}nav{margin-left:auto;display:flex;gap:14px;align-items:center}
    .pill{font-size:12px;font-weight:600;padding:1px 8px;border-radius:9px;border:1px solid;margin-left:6px;vertical-align:2px}
    .pill.ok{color:var(--p)}.pill.bad{color:var(--f)}
    main{padding:0 20px;max-width:1600px}section{scroll-margin-top:8px}
    footer{padding:24px 20px;color:var(--dim)}
    .lead{font-size:15px;margin:8px 0}.dim,.hint{color:var(--dim)}.hint{font-size:12px}
    .tiles{display:flex;flex-wrap:wrap;gap:8px;list-style:none;padding:0;margin:12px 0}
    .tiles li{border:1px solid var(--line);border-radius:6px;padding:6px 12px;font-size:12px}
    .tiles b{display:block;font-size:20px;line-height:1.2;color:var(--fg)}
    .list{padding-left:18px;margin:6px 0}.list li{margin:5px 0;overflow-wrap:anywhere}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse}.plain{font-size:13px}
    .plain th,.plain td{padding:3px 12px 3px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
    .plain thead th{color:var(--dim);font-weight:500}.plain tbody th{font-weight:500;white-space:nowrap}
    .plain .num{text-align:right}.facts td{max-width:34em;overflow-wrap:anywhere}.differs th{color:var(--u)}
    .differs th::after{content:" ≠"}
    .p{color:var(--p)}.f{color:var(--f)}.c{color:var(--c)}.h{color:var(--h)}.u{color:var(--u)}.e{color:var(--e)}
    .k{color:var(--k)}.s{color:var(--s)}.l{color:var(--l)}.m{color:var(--m)}.n{color:var(--line)}
    rect.p{fill:var(--p)}rect.f{fill:var(--f)}rect.c{fill:var(--c)}rect.h{fill:var(--h)}rect.u{fill:var(--u)}
    rect.e{fill:var(--e)}rect.k{fill:var(--k)}rect.s{fill:var(--s)}rect.l{fill:var(--l)}rect.m{fill:var(--m)}rect.t{fill:var(--t)}
    .v{font-weight:600;white-space:nowrap}
    .toolbar{display:flex;flex-wrap:wrap;gap:6px;align-items:center;padding:8px 0;background:var(--bg)}
    .toolbar input{flex:1 1 14em;max-width:26em}
    .toolbar input,.toolbar select,button{font:inherit;font-size:13px;color:inherit;background:var(--bg);
    border:1px solid var(--line);border-radius:5px;padding:3px 8px}
    button{cursor:pointer}button:hover{background:var(--soft)}
    .chips{display:flex;flex-wrap:wrap;gap:4px}.chip.f,.chip.p,.chip.k,.chip.s{border-color:var(--line)}
    .chip[aria-pressed=true]{background:var(--fg);color:var(--bg)}.chip b{font-weight:600}
    #count{color:var(--dim);font-size:13px}#theme{border:0;font-size:16px;padding:0 4px}
    .matrix{overflow:auto;max-height:85vh;width:fit-content;border:1px solid var(--line);border-radius:6px}
    .matrix table{font-size:12.5px;border-collapse:separate;border-spacing:0}
    .matrix th,.matrix td{padding:2px 14px 2px 10px;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line)}
    .matrix thead th{position:sticky;top:0;background:var(--bg);z-index:2}
    .matrix th[scope=row],.matrix thead th:first-child,.suite th{position:sticky;left:0;background:var(--bg);z-index:1}
    .matrix thead th:first-child{z-index:3}
    .matrix th[scope=row]{font-weight:400;font-size:12px;padding-left:26px}
    .matrix th[scope=row] a{color:inherit}.matrix tr:hover>*{background:var(--soft)}
    .matrix td.f,.matrix td.c,.matrix td.h{background:var(--fb);font-weight:600}.matrix td.u,.matrix td.e{background:var(--ub)}
    .matrix td.k{background:var(--kb)}.matrix tr.here>*{box-shadow:inset 0 2px var(--link),inset 0 -1px var(--link)}
    .suite>*{background:var(--soft)!important;font-weight:600}
    .suite button{border:0;background:none;font-weight:600;padding:1px 0}.suite button::before{content:"▾ ";color:var(--dim)}
    .suite button[aria-expanded=false]::before{content:"▸ "}
    .suite span{font-weight:400;white-space:nowrap}
    article{scroll-margin-top:8px;border-top:1px solid var(--line);padding:2px 0 10px;overflow-wrap:anywhere}
    article:target{background:var(--soft)}article:focus{outline:none}
    .promise{font-size:15px;margin:4px 0}.findings{list-style:none;padding:0;margin:8px 0}.findings>li{margin:8px 0}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:4px 0 4px 18px}
    dt{color:var(--dim)}dd{margin:0;white-space:pre-wrap;min-width:0}
    .again{margin:4px 0 4px 18px;color:var(--dim)}.again code{color:var(--fg);user-select:all}
    .steps{margin:4px 0;padding-left:2.6em;font-size:13px}
    pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:8px;overflow:auto;max-height:32em;line-height:1.35}
    details{margin:8px 0}summary{cursor:pointer;overflow-wrap:anywhere}.splat{margin-left:18px}
    kbd{border:1px solid var(--line);border-radius:4px;padding:0 4px;background:var(--soft)}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:24px;align-items:start}
    figure{margin:0}figcaption{font-weight:600;margin-bottom:6px}figure>svg{width:100%;max-width:640px;height:auto}
    svg text{fill:var(--fg);font-size:11px}svg .label{text-anchor:end;fill:var(--dim)}.strip{display:block}
    .wide{grid-column:1/-1}.times td{white-space:nowrap}
    .js-only{display:none}
    .js .js-only{display:inline-block}.js .toolbar{display:flex}
    .js #cases>h2,.js #cases article,.js nav a[href='#cases']{display:none}
    .js #cases article.open{display:block;position:fixed;z-index:8;top:0;right:0;bottom:0;width:min(47rem,100%);overflow:auto;
    background:var(--bg);padding:10px 22px 40px;border-left:1px solid var(--line);box-shadow:-8px 0 30px #0003}
    .panel-bar{display:flex;gap:6px;justify-content:flex-end;position:sticky;top:0;background:var(--bg);padding:4px 0}
    [hidden]{display:none!important}
    @media(max-width:700px){header,main,footer{padding-left:12px;padding-right:12px}nav{margin-left:0;flex-wrap:wrap}
    .matrix th[scope=row]{max-width:46vw;white-space:normal;overflow-wrap:anywhere;padding-left:8px}
    .matrix th,.matrix td{padding:4px 7px}.js #cases article.open{padding:8px 14px 40px;border:0}
    dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:6px}.toolbar input{max-width:none;flex-basis:100%}
    .toolbar input,.toolbar select,button{padding:6px 10px}}
    @media print{.js #cases article{display:block}.toolbar,nav{display:none!important}.matrix{max-height:none}}
    """#
}
