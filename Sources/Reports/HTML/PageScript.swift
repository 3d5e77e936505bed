/// The script of comparisons and of what is served: keys, colours, a filter, and what goes on while a run does.
///
/// Everything works without it. It makes no markup of text: a page that goes on is replaced by elements of the
/// same page, as the server wrote them.
enum PageScript {
  static let markup: Markup = #"""
    (() => {
      'use strict';
      const root = document.documentElement;
      const byId = id => document.getElementById(id);
      const all = what => Array.from(document.querySelectorAll(what));
      root.classList.add('js');

    \#(ThemeScript.markup)

      const search = document.querySelector('input[type=search]');
      const step = by => {
        const links = all('[data-row] a').filter(link => link.offsetParent && link.closest('[data-row]').querySelector('a') === link);
        if (!links.length) return;
        const at = links.indexOf(document.activeElement);
        const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
        links[next].focus();
        links[next].scrollIntoView({ block: 'nearest' });
      };
      document.addEventListener('keydown', event => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === 'Escape' && document.activeElement === search) search.blur();
        if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
        if (event.key === '/' && search) { event.preventDefault(); search.focus(); search.select(); }
        if (event.key === 'j') step(1);
        if (event.key === 'k') step(-1);
        const named = { n: 'next', p: 'prev', u: 'up' }[event.key];
        const link = named && document.querySelector('a[rel=' + named + ']');
        if (link) link.click();
      });
      for (const select of all('form[data-ask] select')) {
        select.addEventListener('change', () => select.form.requestSubmit());
      }

      const filter = byId('filter');
      if (filter) {
        const rows = all('[data-row]').map(row => ({ row, text: row.textContent.toLowerCase() }));
        const parts = all('[data-part]');
        const show = () => {
          const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
          let count = 0;
          for (const one of rows) {
            const fits = words.every(word => one.text.includes(word));
            one.row.hidden = !fits;
            if (fits) count += 1;
          }
          for (const part of parts) part.hidden = words.length > 0 && !part.querySelector('[data-row]:not([hidden])');
          for (const part of parts) for (const more of part.querySelectorAll('details.all')) more.open ||= words.length > 0;
          byId('count').textContent = words.length ? count + ' of ' + rows.length : '';
        };
        const write = () => history.replaceState(null, '', filter.value ?
          '#' + new URLSearchParams({ q: filter.value }) : location.pathname + location.search);
        filter.addEventListener('input', () => { show(); write(); });
        const read = () => { filter.value = new URLSearchParams(location.hash.slice(1)).get('q') || ''; show(); };
        addEventListener('hashchange', read);
        if (location.hash.startsWith('#q=')) read();
      }

      const again = async () => {
        const main = document.querySelector('main[data-live]');
        if (!main) return;
        try {
          const answer = await fetch(location.href, { cache: 'no-store' });
          if (answer.redirected) { location.replace(answer.url); return; }
          const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
          const next = page.querySelector('main');
          if (next) {
            const held = document.activeElement && main.contains(document.activeElement) && document.activeElement.getAttribute('href');
            main.replaceWith(document.adoptNode(next));
            const link = held && all('main a').find(one => one.getAttribute('href') === held);
            if (link) link.focus();
          }
          byId('offline').hidden = true;
        } catch { byId('offline').hidden = false; }
        setTimeout(again, 2000);
      };
      if (document.querySelector('main[data-live]')) setTimeout(again, 2000);
    })();
    """#
}
