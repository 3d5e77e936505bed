/// The part of every page's script that switches between dark and light and remembers the choice.
///
/// It uses the script's `root` and `byId`.
enum ThemeScript {
  static let markup: Markup = #"""
      const keep = name => { try { localStorage.setItem('faultline-theme', name); } catch { /* private window */ } };
      let theme = null;
      try { theme = localStorage.getItem('faultline-theme'); } catch { /* private window */ }
      if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
      byId('theme').addEventListener('click', () => {
        const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
        const next = (root.dataset.theme || system) === 'dark' ? 'light' : 'dark';
        root.dataset.theme = next;
        keep(next);
      });
    """#
}
