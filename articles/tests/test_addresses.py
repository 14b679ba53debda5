"""Addresses: the canonical ones, those that lead to them, and those that are none of ours."""

from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

from articles.models import Article
from articles.tests.newsroom import source, stories, story, topic, withdrawn

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/topics",
    "/news/energy",
    "/news/energy/the-story",
    "/sources",
    "/sources/gridledger",
    "/tags/grid",
    "/authors/ines-kowal",
]
LISTS = ["/news/energy", "/sources/gridledger", "/tags/grid", "/authors/ines-kowal"]


@pytest.fixture
def newsroom(db) -> Article:
    fields = {"source": source(), "tags": ["grid"], "authors": ["Ines Kowal"]}
    return story(slug="the-story", **fields)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers(client, newsroom, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_head_answers_without_a_body(client, newsroom, address):
    response = client.head(address)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("address", [*PAGES, "/art-1", "/topics/", "/media/x.webp"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_allowed(client, newsroom, address, method):
    response = getattr(client, method)(address)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("address", [*PAGES, "/art-{pk}", "/no/such/page", "/topics/"])
def test_no_page_sets_a_cookie_or_differs_by_one(client, newsroom, address):
    client.cookies["sessionid"] = "somebody"
    response = client.get(address.format(pk=newsroom.pk))
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


def test_a_withdrawn_story_sets_no_cookie_either(client):
    response = client.get(withdrawn().get_absolute_url())
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("address", PAGES[1:])
def test_the_slashed_form_leads_to_the_canonical_one(client, newsroom, address):
    response = client.get(f"{address}/?before=1-2&x=%C3%A9")
    assert response.status_code == 301
    assert response["Location"] == f"{address}?before=1-2&x=%C3%A9"


@pytest.mark.parametrize("path", ["/no/such/", "/topics/x/", "///", "/news//energy/"])
def test_a_slash_after_no_address_of_ours_is_unknown(client, path):
    assert client.get("/", PATH_INFO=path).status_code == 404


def test_the_slashed_form_never_leads_to_itself(client):
    for path in ["/topics/\n", "/news/energy/\n", "/topics/\r", "/topics/ "]:
        response = client.get("/", PATH_INFO=path)
        assert response.status_code == 404, path


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/topics/", "/\\evil.example/", "///evil.example//",
     "//evil.example%2f..", "/%2f/evil.example/", "/topics//evil.example/", "//topics/"],
)  # fmt: skip
def test_no_address_leads_off_the_site(client, path):
    response = client.get("/", PATH_INFO=path)
    assert response.status_code in {301, 404}
    target = response.get("Location", "/")
    assert target.startswith("/") and not target.startswith(("//", "/\\"))
    assert not urlsplit(target).netloc


@pytest.mark.parametrize(
    "address",
    ["/news/unknown", "/news/energy/unknown", "/news/space/the-story", "/sources/unknown",
     "/tags/unknown", "/authors/unknown", "/media/unknown.webp", "/news", "/tags", "/authors",
     "/news/energy/the-story/more", "/news/energy/THE-STORY", "/Topics"],
)  # fmt: skip
def test_an_unknown_address_is_404(client, newsroom, address):
    topic("space")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "00{pk}",
        "-{pk}",
        "{pk}.0",
        "-1",
        "1.5",
        "x",
        "",
        "+1",
        "١",
        "9" * 18,
        str(10**18),
        str(10**30),
    ],
)
def test_a_number_that_is_no_story_is_404(client, newsroom, number):
    assert client.get(f"/art-{quote(number.format(pk=newsroom.pk))}").status_code == 404


def test_the_short_address_leads_to_the_story_for_good(client, newsroom):
    response = client.get(f"/art-{newsroom.pk}")
    assert (response.status_code, response["Location"]) == (301, "/news/energy/the-story")


@pytest.mark.parametrize(
    "name", ["الطاقة في الشمال", "北方的能源", "Энергия севера", "ऊर्जा उत्तर", "에너지"]
)
def test_a_slug_may_be_in_any_script(client, name):
    article = story(name, authors=[name], tags=[name])
    author, tag = article.authors.get(), article.tags.get()
    for address in [article.get_absolute_url(), f"/tags/{tag.slug}", author.get_absolute_url()]:
        assert client.get(address).status_code == 200


def test_a_slug_is_printed_in_its_own_script(client):
    story("الطاقة في الشمال")
    assert client.get(quote("/news/energy/الطاقة-في-الشمال")).status_code == 200


@pytest.mark.parametrize("name", ["++", "🔥", "…", "C#", "AT&T", "a/b", '"', "x" * 100])
def test_a_tag_may_be_named_anything(client, name):
    article = story(tags=[name])
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.get(f"/tags/{article.tags.get().slug}").status_code == 200


RUBBISH = [
    "before=", "before=x", "before=-", "before=1", "before=1-", "before=-1-1", "before=1-1-1",
    "before=%00", "before=1-1%00", "before=%FF", "before=1%2B1", "before=١-١", "before= 1-1",
    f"before={9 ** 30}-1", f"before=1-{10 ** 30}", f"before={'9' * 17}-{'9' * 18}x",
    "after=", "after=x", "after=%00", f"after={10 ** 40}-1", "after=1-1%0a",
    "before=99999999999999999-1&after=1-1", "after=99999999999999999-1",
]  # fmt: skip


@pytest.mark.parametrize("query", RUBBISH)
def test_a_place_that_is_none_of_ours_is_404(client, newsroom, query):
    assert client.get(f"/news/energy?{query}").status_code == 404


@pytest.mark.parametrize("query", ["before=x", "after=%00", "before=1-1&after=1-1"])
@pytest.mark.parametrize("address", LISTS)
def test_every_list_refuses_it(client, newsroom, address, query):
    assert client.get(f"{address}?{query}").status_code == 404


@pytest.mark.parametrize("address", LISTS)
def test_a_place_beyond_the_last_story_is_404(client, newsroom, address):
    assert client.get(f"{address}?before=1-1").status_code == 404


# The page for what is not there


def test_a_mistyped_address_is_answered_with_what_is_like_it(client):
    article = story("Heat pumps in the north", slug="heat-pumps-in-the-north")
    story("Something else altogether")
    response = client.get("/news/energy/heat-pumps-in-north")
    assert response.status_code == 404
    assert response.context["closest"] == [article]


def test_the_likest_come_first_and_no_more_than_three(client):
    likest = story(slug="heat-pumps-in-the-north")
    for place in ("south", "east", "west", "city"):
        story(slug=f"heat-pumps-in-the-far-{place}")
    closest = client.get("/news/energy/heat-pumps-in-the-norht").context["closest"]
    assert len(closest) == 3 and closest[0] == likest


def test_what_is_like_nothing_is_answered_with_nothing(client):
    story(slug="heat-pumps-in-the-north")
    assert client.get("/news/energy/north-sea-oil-fields-run-dry").context["closest"] == []


# Paging


def walked(client: Client, address: str, side: str) -> list[list[int]]:
    """The numbers of the stories on each page, following `older` or `newer` to its end."""
    pages = []
    while True:
        page = client.get(address).context["page"]
        pages.append([article.pk for article in page])
        if not (cursor := getattr(page, side)):
            return pages
        address = f"{address.partition('?')[0]}?{SIDES[side]}={cursor}"


SIDES = {"older": "before", "newer": "after"}


@pytest.fixture
def forty_five(newsroom) -> None:
    """Stories that were all published at the same moment, as an import does it."""
    Article.objects.all().delete()
    fields = {"source": source(), "tags": ["grid"], "authors": ["Ines Kowal"]}
    stories(45, at=newsroom.published_at, **fields)


@pytest.mark.parametrize("address", LISTS)
def test_walking_back_gives_each_story_once(client, forty_five, address):
    pages = walked(client, address, "older")
    expected = Article.objects.order_by("-pk").values_list("pk", flat=True)
    assert [pk for page in pages for pk in page] == list(expected)
    assert [len(page) for page in pages] == [20, 20, 5]


@pytest.mark.parametrize("address", LISTS)
def test_walking_forth_gives_the_same_pages(client, forty_five, address):
    back = walked(client, address, "older")
    last = back[-1][0]
    moment = Article.objects.get(pk=last).published_at.timestamp()
    above = f"{address}?after={round(moment * 1_000_000)}-{last}"
    assert walked(client, above, "newer") == back[-2::-1]


def test_the_newest_page_names_none_newer_and_the_oldest_none_older(client, forty_five):
    first = client.get("/news/energy").context["page"]
    assert first.newer is None
    second = client.get(f"/news/energy?before={first.older}").context["page"]
    third = client.get(f"/news/energy?before={second.older}").context["page"]
    assert third.older is None


def test_a_story_from_before_1970_can_be_paged_past(client, newsroom):
    stories(25, at=newsroom.published_at.replace(year=1961), topic=topic("space"))
    pages = walked(client, "/news/space", "older")
    assert [len(page) for page in pages] == [20, 5]


# Whatever is asked

STARTS = ["/", "/news/", "/news/energy/", "/art-", "/sources/", "/tags/", "/authors/", "/media/"]
paths = st.builds("{}{}".format, st.sampled_from(STARTS), st.text(max_size=40))
queries = st.one_of(
    st.text(max_size=60),
    st.builds("before={}-{}".format, st.integers(), st.integers()),
    st.builds("after={}".format, st.text(max_size=30)),
)
HEADERS = [
    "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "COOKIE", "HOST", "IF_MODIFIED_SINCE", "IF_NONE_MATCH",
    "RANGE", "REFERER", "X_FORWARDED_FOR",
]  # fmt: skip
headers = st.dictionaries(
    st.sampled_from([f"HTTP_{name}" for name in HEADERS]), st.text(max_size=40)
)
tried = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def as_wsgi(text: str) -> str:
    """Any text as a server hands it on: its bytes, one character each."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@tried
@given(paths)
def test_no_path_breaks_a_page(client, path):
    assert client.get("/", PATH_INFO=as_wsgi(path)).status_code < 500


@tried
@given(st.binary(max_size=40))
def test_no_bytes_break_a_page(client, data):
    path = f"/{data.decode('latin-1')}"
    assert client.get("/", PATH_INFO=path, QUERY_STRING=path).status_code < 500


@tried
@given(st.sampled_from(LISTS), queries)
def test_no_query_breaks_a_list(client, newsroom, address, query):
    assert client.get(address, QUERY_STRING=as_wsgi(query)).status_code < 500


@tried
@given(st.sampled_from([*PAGES, "/no/such/page"]), headers)
def test_no_header_breaks_a_page(client, newsroom, address, given_headers):
    values = {name: as_wsgi(value) for name, value in given_headers.items()}
    assert client.get(address, **values).status_code < 500
