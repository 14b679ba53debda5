import pytest
from django.core.signals import request_finished
from django.utils import timezone

from articles.tests.newsroom import draft, picture, story, withdrawn
from sponsors import snapshot
from sponsors.picking import Pick
from sponsors.rehearsal import NoPage, rehearse
from sponsors.tests.sales import book

pytestmark = pytest.mark.django_db


def asked(address):
    """What the page at this address told the tag."""
    return [
        (ask.placement, [topic.slug for topic in ask.topics], ask.page, ask.is_free)
        for ask in rehearse(address).asks
    ]


def test_a_story_says_where_it_would_take_a_sponsor(energy):
    article = story(topic=energy)
    assert asked(article.get_absolute_url()) == [("article_end", ["energy"], article.pk, False)]


def test_a_story_that_takes_no_sponsor_says_so(energy):
    article = story(topic=energy, is_sponsor_free=True)
    assert asked(article.get_absolute_url()) == [("article_end", ["energy"], article.pk, True)]


def test_a_topics_page_asks_with_its_topic(energy):
    story(topic=energy)
    assert asked("/news/energy?x=1") == [("topic_list", ["energy"], energy.pk, False)]


def test_the_front_page_asks_without_one(energy):
    story(topic=energy)
    assert asked("/") == [("home_card", [], 0, False)]


def test_a_page_without_a_placement_asks_nothing():
    assert asked("/topics") == []


def test_it_is_the_page_that_a_reader_gets(client, energy, settings):
    settings.SPONSOR_MEASURE = False
    book(("article_end", energy))
    address = story(topic=energy).get_absolute_url()
    assert rehearse(address).html == client.get(address).content.decode()


@pytest.mark.parametrize("host", ["http://127.0.0.1:8000", "http://localhost"])
def test_an_address_may_be_whole(host, energy):
    story(topic=energy)
    assert rehearse(f" {host}/news/energy?before=9999999999999999-9#top ").address == (
        "/news/energy?before=9999999999999999-9"
    )


def test_redirects_of_ours_are_followed(energy):
    article = story(topic=energy)
    assert rehearse(f"/art-{article.pk}/").address == article.get_absolute_url()


def test_what_is_forced_is_drawn_alone_whatever_is_booked(energy):
    book(("article_end", None), copy={"headline": "What is booked"})
    [candidate] = snapshot.current().by_placement["article_end"]
    article = story(topic=energy, is_sponsor_free=True)
    pick = Pick(candidate, candidate.creatives[0], None)
    page = rehearse(article.get_absolute_url(), forced=("article_end", pick))
    assert page.html.count('<aside class="placement') == 1
    other = rehearse(article.get_absolute_url(), forced=("topic_list", pick))
    assert '<aside class="placement' not in other.html


NOWHERE = {
    "https://evil.example/": "evil.example is not this site.",
    "//evil.example/news": "evil.example is not this site.",
    "http://127.0.0.1.evil.example/": "127.0.0.1.evil.example is not this site.",
    "ftp://127.0.0.1/": "ftp://127.0.0.1/ is no address of a page: give one such as /news/….",
    "javascript:alert(1)": "javascript:alert(1) is no address of a page",
    "": "Nothing is no address of a page",
    "news/energy": "news/energy is no address of a page",
    "http://[": "http://[ is no address.",
    "/nowhere": "There is no page at /nowhere.",
    "/news/energy/nothing": "There is no page at /news/energy/nothing.",
    "/news/%00/%ff": "There is no page at /news/%00/%ff.",
    "/news/energy?before=x": "There is no page at /news/energy.",
    "/admin": "/admin/ is no page for readers.",
    "/admin/sponsors/flight/": "/admin/sponsors/flight/ is no page for readers.",
    "/healthz": "/healthz is no page of HTML.",
    "/x/c/token/1": "/x/c/token/1 is no page for readers.",
    "http://127.0.0.1//evil.example/x": "There is no page at //evil.example/x.",
}  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE)
def test_an_address_without_a_page_gets_a_sentence(address, energy):
    with pytest.raises(NoPage) as refused:
        rehearse(address)
    assert str(refused.value).startswith(NOWHERE[address])


def test_an_address_of_no_text_gets_a_sentence():
    with pytest.raises(NoPage, match="is no address"):
        rehearse("/news/\udcff")


def test_a_query_may_be_of_any_script(energy):
    story(topic=energy)
    assert asked("/news/energy?q=日本")


def test_a_withdrawn_story_gets_a_sentence():
    article = withdrawn()
    with pytest.raises(NoPage, match="is withdrawn"):
        rehearse(article.get_absolute_url())


def test_a_draft_is_no_page():
    with pytest.raises(NoPage, match="There is no page"):
        rehearse(f"/art-{draft(published_at=timezone.now()).pk}")


def test_a_picture_is_no_page():
    article = story(lead=picture(), lead_alt="x")
    with pytest.raises(NoPage, match="is no page of HTML"):
        rehearse(article.lead.file.url)


def test_the_request_around_it_goes_on(energy):
    """Else the connection of whoever asks is closed under them."""
    article = story(topic=energy, lead=picture(), lead_alt="x")
    ended: list[object] = []
    request_finished.connect(
        lambda **told: ended.append(told), weak=False, dispatch_uid="rehearsal"
    )
    rehearse(article.get_absolute_url())
    with pytest.raises(NoPage):
        rehearse(article.lead.file.url)
    request_finished.disconnect(dispatch_uid="rehearsal")
    assert ended == []
