/// Pieces that several pages have.
enum PageParts {
  static let theme: Markup = """
    <button id="theme" class="js-only" type="button" aria-label="Switch between light and dark">◐</button>
    """
}
