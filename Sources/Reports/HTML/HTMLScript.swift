/// What the page does when it may run a script: filter rows, open a case beside the matrix, keep both in the address.
///
/// It reads and hides what is in the page, and makes no markup of any text.
enum HTMLScript {
  static let markup: Markup = #"""
    (() => {
      'use strict';
      const all = (what, where) => Array.from((where || document).querySelectorAll(what));
      const byId = id => document.getElementById(id);
      const root = document.documentElement;
      root.classList.add('js');

      const rows = all('#matrix tr[data-v]').map(tr => {
        const link = tr.querySelector('a');
        return { tr, link, name: link.textContent, article: byId(link.hash.slice(1)), body: tr.parentNode, text: null };
      });
      const byName = new Map(rows.map(row => [row.name, row]));
      const groups = all('#matrix tbody').map(body => ({
        body, button: body.querySelector('button'), rows: rows.filter(row => row.body === body) }));
      const search = byId('search'), column = byId('column'), differ = byId('differ'), clear = byId('clear');
      const chips = all('.chip[data-letter]');
      const shut = new Set(rows.length > 250 ? groups.map(group => group.body) : []);
      let open = null, back = null;

      const textOf = row => row.text ||= [row.name, row.body.dataset.suite, row.article.textContent].join(' ').toLowerCase();

      const state = () => ({
        words: search.value.toLowerCase().split(/\s+/).filter(word => word),
        letters: chips.filter(chip => chip.getAttribute('aria-pressed') === 'true').map(chip => chip.dataset.letter),
        column: column ? column.value : '',
        differ: differ ? differ.getAttribute('aria-pressed') === 'true' : false });

      const fits = (row, now) => {
        const marks = row.tr.dataset.v;
        const looked = now.column === '' ? marks : marks[Number(now.column)];
        if (now.letters.length && !now.letters.some(letter => looked.includes(letter))) return false;
        if (now.differ && new Set(marks).size < 2) return false;
        if (!now.words.length) return true;
        const text = textOf(row);
        return now.words.every(word => text.includes(word));
      };

      const show = () => {
        const now = state();
        const filtered = now.words.length > 0 || now.letters.length > 0 || now.differ;
        let count = 0;
        for (const group of groups) {
          const expanded = filtered || !shut.has(group.body);
          let fitting = 0;
          for (const row of group.rows) {
            row.fits = fits(row, now);
            if (row.fits) fitting += 1;
            row.tr.hidden = !(row.fits && expanded);
          }
          count += fitting;
          group.button.setAttribute('aria-expanded', String(expanded));
          group.body.hidden = fitting === 0;
        }
        byId('count').textContent = filtered ? count + ' of ' + rows.length + ' cases' : rows.length + ' cases';
        byId('none').hidden = count > 0;
        clear.hidden = !filtered;
      };

      const write = push => {
        const now = state(), words = new URLSearchParams();
        if (search.value) words.set('q', search.value);
        if (now.letters.length) words.set('v', now.letters.join(''));
        if (now.column !== '') words.set('on', now.column);
        if (now.differ) words.set('d', '1');
        if (open) words.set('case', open.name);
        const hash = words.toString();
        const target = hash ? '#' + hash : location.pathname + location.search;
        history[push ? 'pushState' : 'replaceState'](null, '', target);
      };

      const close = () => {
        if (!open) return;
        open.article.classList.remove('open');
        open.tr.classList.remove('here');
        open = null;
        if (back) back.focus();
      };

      const step = by => {
        const seen = rows.filter(row => row.fits && (open || !row.tr.hidden));
        if (!seen.length) return;
        const at = seen.indexOf(open);
        const next = seen[at < 0 ? 0 : Math.min(seen.length - 1, Math.max(0, at + by))];
        view(next);
        write(false);
      };

      const bar = article => {
        if (article.querySelector('.panel-bar')) return;
        const line = document.createElement('div');
        line.className = 'panel-bar';
        for (const [label, act] of [['‹ previous', () => step(-1)], ['next ›', () => step(1)],
          ['close ✕', () => { close(); write(true); }]]) {
          const button = document.createElement('button');
          button.type = 'button';
          button.textContent = label;
          button.addEventListener('click', act);
          line.append(button);
        }
        article.prepend(line);
      };

      const view = row => {
        if (!open) back = row.link;
        if (open) { open.article.classList.remove('open'); open.tr.classList.remove('here'); }
        open = row;
        back = row.link;
        bar(row.article);
        row.article.classList.add('open');
        row.article.scrollTop = 0;
        row.tr.classList.add('here');
        row.tr.scrollIntoView({ block: 'nearest' });
        row.article.focus({ preventScroll: true });
      };

      const read = () => {
        const hash = location.hash.slice(1);
        const anchored = rows.find(row => row.article.id === hash);
        if (hash && !anchored && !hash.includes('=')) return;
        const words = new URLSearchParams(anchored ? '' : hash);
        search.value = words.get('q') || '';
        const letters = words.get('v') || '';
        for (const chip of chips) chip.setAttribute('aria-pressed', String(letters.includes(chip.dataset.letter)));
        if (column) column.value = words.get('on') || '';
        if (differ) differ.setAttribute('aria-pressed', String(words.has('d')));
        show();
        const row = anchored || byName.get(words.get('case'));
        if (row) { view(row); } else { close(); }
      };

      const press = button => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        show();
        write(false);
      };
      for (const chip of chips) chip.addEventListener('click', () => press(chip));
      if (differ) differ.addEventListener('click', () => press(differ));
      if (column) column.addEventListener('change', () => { show(); write(false); });
      search.addEventListener('input', () => { show(); write(false); });
      search.form.addEventListener('submit', event => event.preventDefault());
      clear.addEventListener('click', () => {
        search.value = '';
        if (column) column.value = '';
        for (const button of chips.concat(differ || [])) button.setAttribute('aria-pressed', 'false');
        show();
        write(false);
      });
      for (const group of groups) {
        group.button.addEventListener('click', () => {
          if (!shut.delete(group.body)) shut.add(group.body);
          show();
        });
      }
      document.addEventListener('click', event => {
        const link = event.target.closest('a[href^="#c"]');
        const tr = event.target.closest('#matrix tr[data-v]');
        if (!link && !tr) return;
        const row = link ? rows.find(one => one.link.hash === link.hash) : rows.find(one => one.tr === tr);
        if (!row || (!link && String(getSelection()))) return;
        event.preventDefault();
        view(row);
        write(true);
      });
      document.addEventListener('keydown', event => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === 'Escape') {
          if (open) { close(); write(true); } else if (document.activeElement === search) { search.blur(); }
          return;
        }
        if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
        if (event.key === '/') { event.preventDefault(); close(); search.focus(); }
        if (event.key === 'j') step(1);
        if (event.key === 'k') step(-1);
      });
      addEventListener('popstate', read);
      addEventListener('hashchange', read);

    \#(ThemeScript.markup)
      read();
      show();
    })();
    """#
}
