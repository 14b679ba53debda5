"""Attacks that came in through every kind of input, on their pages in a reader's browser."""

import pytest

# Handlers hear this as they hear a mouse; going to each link with one would take minutes.
HOVER = """document.querySelectorAll("article a").forEach(link => {
  for (const kind of ["mouseover", "mouseenter", "focus"])
    link.dispatchEvent(new Event(kind, {bubbles: true}));
})"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("kind", ["rss", "wxr", "ghost", "markdown", "jsonl", "page"])
def test_a_browser_runs_and_asks_nothing(visit, kind, tmp_path):
    from articles.models import Article
    from imports.tests.test_payloads import bring_in, publish_all

    bring_in(tmp_path, kind)
    publish_all()
    dialogs = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    stories = Article.objects.published().select_related("topic").order_by("pk")
    for story in stories[:: max(1, len(stories) // 40)]:
        visit.open(story.get_absolute_url())
        visit.page.evaluate(HOVER)
        assert visit.faults() == [], story
        assert dialogs == [], story
