"""What a source changes while an editor's words stand is offered, and the editor decides."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, ArticleRevision
from articles.models.article import Sentiment, SentimentOrigin
from articles.tests import newsroom
from imports.models import Item, Run
from imports.offering import offers
from imports.tests.desk import allowed
from imports.tests.test_storing import entry, run_of
from imports.undoing import undo

pytestmark = pytest.mark.django_db
OURS = "An editor's headline"
THEIRS = "Story number one, corrected"


def edited(**changes: Any) -> Article:
    """An imported story whose words an editor has changed."""
    run_of(entry())
    article = Article.objects.get()
    for name, value in (changes or {"headline": OURS}).items():
        setattr(article, name, value)
    article.save()
    return article


def offered(**changes: Any) -> Item:
    """A story that an editor and then its source have changed."""
    edited()
    run_of(entry(**(changes or {"headline": THEIRS})))
    return Item.objects.get()


def page(item: Item) -> str:
    return f"/admin/imports/item/{item.pk}/offer/"


def answer(editor: Client, item: Item, **given: str) -> Any:
    """Press a button as the page shows it."""
    name = given.get("take") or given.get("keep")
    shown = editor.get(page(item)).context["offers"]
    seen = next((offer.seen for offer in shown if offer.name == name), "")
    return editor.post(page(item), {"seen": seen, **given}, follow=True)


def headline() -> str:
    return Article.objects.get().headline


def form(editor: Client) -> str:
    pk = Article.objects.get().pk
    return editor.get(f"/admin/articles/article/{pk}/change/").content.decode()


def test_the_storys_form_says_that_its_source_has_changed(editor: Client) -> None:
    item = offered()
    assert page(item) in form(editor) and "1 field" in form(editor)


def test_what_an_editor_alone_has_changed_is_no_offer(editor: Client) -> None:
    edited()
    assert "The source has changed" not in form(editor)
    assert offers(Item.objects.get()) == []


def test_what_the_import_could_change_is_no_offer(editor: Client) -> None:
    item = offered(dek="Said otherwise.")
    assert Article.objects.get().dek == "Said otherwise."
    assert offers(item) == [] and "The source has changed" not in form(editor)


def test_both_are_shown_word_by_word(editor: Client) -> None:
    text = editor.get(page(offered())).content.decode()
    assert "<del>An editor&#x27;s headline</del>" in text
    assert f"<ins>{THEIRS}</ins>" in text


def test_the_sources_words_are_taken_and_ours_kept_as_a_revision(editor: Client) -> None:
    answer(editor, offered(), take="headline")
    assert headline() == THEIRS
    revision = ArticleRevision.objects.get(kind="import")
    assert revision.data["headline"] == OURS
    assert (revision.author.username, "headline" in revision.note) == ("editor", True)
    assert "The source has changed" not in form(editor)


def test_a_field_alone_is_taken(editor: Client) -> None:
    edited(headline=OURS, dek="Our dek.")
    run_of(entry(headline=THEIRS, dek="Their dek."))
    item = Item.objects.get()
    answer(editor, item, take="dek")
    article = Article.objects.get()
    assert (article.headline, article.dek) == (OURS, "Their dek.")
    assert [offer.name for offer in offers(Item.objects.get())] == ["headline"]


def test_what_is_declined_is_not_offered_again(editor: Client) -> None:
    item = offered()
    answer(editor, item, keep="headline")
    run_of(entry(headline=THEIRS))
    run_of(entry(headline=THEIRS, dek="Another dek."))
    assert headline() == OURS and not ArticleRevision.objects.filter(note__contains="taking")
    assert "The source has changed" not in form(editor)


def test_until_the_source_changes_it_again(editor: Client) -> None:
    answer(editor, offered(), keep="headline")
    run_of(entry(headline="Story number one, corrected twice"))
    assert "The source has changed" in form(editor)


def test_what_was_taken_follows_the_source_again(editor: Client) -> None:
    answer(editor, offered(), take="headline")
    run_of(entry(headline="Corrected twice"))
    assert headline() == "Corrected twice"
    assert offers(Item.objects.get()) == []


def test_an_editor_who_comes_to_the_same_words_is_asked_nothing(editor: Client) -> None:
    offered()
    Article.objects.update(headline=THEIRS)
    assert "The source has changed" not in form(editor)


def test_an_answer_to_what_is_no_longer_so_changes_nothing(editor: Client) -> None:
    item = offered()
    seen = offers(item)[0].seen
    run_of(entry(headline="Corrected twice"))
    response = editor.post(page(item), {"take": "headline", "seen": seen}, follow=True)
    assert "has changed meanwhile" in response.content.decode() and headline() == OURS


@pytest.mark.parametrize(
    "given", [{}, {"take": "status"}, {"take": "slug"}, {"keep": "x"}, {"take": "headline\x00"}]
)
def test_an_answer_that_makes_no_sense_changes_nothing(
    editor: Client, given: dict[str, str]
) -> None:
    item = offered()
    before = Article.objects.values().get()
    assert editor.post(page(item), given).status_code == 302
    assert Article.objects.values().get() == before


def test_a_get_changes_nothing(editor: Client) -> None:
    item = offered()
    editor.get(page(item), {"take": "headline", "seen": offers(item)[0].seen})
    assert headline() == OURS


def test_a_body_is_cleaned_and_shown_as_text(editor: Client) -> None:
    edited(body="<p>Our paragraph of text.</p>")
    run_of(entry(body="<p>One paragraph of <b>their</b> text.<script>alert(1)</script></p>"))
    item = Item.objects.get()
    text = editor.get(page(item)).content.decode()
    assert "<script>alert" not in text and "<ins>their </ins>" in text
    answer(editor, item, take="body")
    assert Article.objects.get().body == "<p>One paragraph of <strong>their</strong> text.</p>"


def test_markup_that_goes_along_is_shown(editor: Client) -> None:
    edited(body="<p>One <em>paragraph</em> of our text.</p>")
    run_of(entry(body="<p>One paragraph of their text.</p>"))
    text = editor.get(page(Item.objects.get())).content.decode()
    assert "<del>our</del><ins>their</ins>" in text and "&lt;em&gt;" in text


def test_markup_alone_is_told_as_such(editor: Client) -> None:
    edited(body="<p>One <em>paragraph</em> of text.</p>")
    run_of(entry(body="<p>One paragraph of <strong>text</strong>.</p>"))
    assert "The words are the same" in editor.get(page(Item.objects.get())).content.decode()


def test_an_editors_word_on_the_tone_stands(editor: Client) -> None:
    edited(headline=OURS, sentiment=Sentiment.NEGATIVE, sentiment_origin=SentimentOrigin.EDITOR)
    run_of(entry(headline="A wonderful, brilliant success"))
    answer(editor, Item.objects.get(), take="headline")
    assert Article.objects.get().sentiment == Sentiment.NEGATIVE


def test_a_published_story_keeps_its_address(editor: Client) -> None:
    article = edited()
    article.topic = newsroom.topic()
    article.publish()
    run_of(entry(headline=THEIRS))
    answer(editor, Item.objects.get(), take="headline")
    assert headline() == THEIRS
    assert Article.objects.get().get_absolute_url() == article.get_absolute_url()


def test_words_of_another_source_are_not_offered(editor: Client) -> None:
    offered()
    Article.objects.update(source=newsroom.source("desk-notes.example"))
    assert "The source has changed" not in form(editor)


def test_an_undo_of_the_update_takes_the_offer_back() -> None:
    edited()
    run = Run.objects.create(command="test")
    run_of(entry(headline=THEIRS, dek="Another dek."), run=run)
    assert Item.objects.get().offered == ["headline"]
    undo(run)
    assert Item.objects.get().offered == []


def test_those_who_may_not_change_stories_are_refused(reporter: Client, reader: Client) -> None:
    item = offered()
    given = {"take": "headline", "seen": offers(item)[0].seen}
    for client in (reporter, allowed("view_article", "view_item", "add_article")):
        assert client.get(page(item)).status_code == 403
        assert client.post(page(item), given).status_code == 403
    assert reader.post(page(item), given).status_code == 302
    assert headline() == OURS


def test_an_item_without_a_story_has_no_such_page(editor: Client) -> None:
    item = offered()
    Article.objects.all().delete()
    assert editor.get(page(item)).status_code == 404
    assert editor.get("/admin/imports/item/999999/offer/").status_code == 404
    assert editor.put(page(item)).status_code == 405


def test_items_with_an_offer_can_be_listed(editor: Client) -> None:
    offered()
    run_of(entry(2))
    rows = editor.get("/admin/imports/item/?offered=yes").context["cl"].result_list
    assert [item.article.headline for item in rows] == [OURS]


def test_a_list_of_items_costs_the_same_for_three_and_for_thirty(editor: Client) -> None:
    costs = []
    for numbers in (range(3), range(3, 30)):
        run_of(*(entry(number) for number in numbers))
        with CaptureQueriesContext(connection) as queries:
            text = editor.get("/admin/imports/item/").content.decode()
        costs.append(len(queries))
        assert "Story number" in text
    assert costs[0] == costs[1] <= 10
