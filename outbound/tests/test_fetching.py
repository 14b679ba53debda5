"""What a well-behaved server gets from us, and what a caller gets from its answer."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from outbound.fetching import FetchError, Gone, fetch, user_agent
from outbound.tests.conftest import Stage, answer

pytestmark = pytest.mark.usefixtures("unguarded")


def test_an_answer_comes_with_what_a_feed_needs(stage: Stage) -> None:
    said = answer(
        body=b"<rss/>", content_type="text/xml; charset=x", etag='"7"', last_modified="Sun"
    )
    address = stage.play("/feed", said)
    response = fetch(address)
    assert (response.status, response.body, response.address) == (200, b"<rss/>", address)
    assert response.content_type == "text/xml; charset=x"
    assert (response.etag, response.last_modified) == ('"7"', "Sun")
    assert (response.headers["etag"], response.not_modified) == ('"7"', False)


def test_a_request_says_who_asks_and_nothing_more(stage: Stage, settings: Settings) -> None:
    settings.SITE_NAME, settings.SITE_URL = "Fanfold", "https://news.example"
    fetch(stage.play("/feed?a=b", answer()))
    first, *lines = stage.requests[0].strip().split("\r\n")
    assert first == "GET /feed?a=b HTTP/1.1"
    assert {line.split(":")[0].lower() for line in lines} == {
        *("host", "user-agent", "accept", "accept-encoding", "connection")
    }
    assert "User-Agent: Fanfold/1.0 (+https://news.example)" in lines


def test_a_name_with_spaces_stays_one_product(settings: Settings) -> None:
    settings.SITE_NAME, settings.SITE_URL = "The Étage\r\nNews", "https://news.example"
    assert user_agent() == "The-tage-News/1.0 (+https://news.example)"


def test_validators_are_sent_as_received_and_304_is_no_error(stage: Stage) -> None:
    address = stage.play("/feed", answer(304, content_length=None, ETag='W/"7"'))
    response = fetch(address, etag='W/"7"', last_modified="yesterday, or so")
    assert (response.not_modified, response.body, response.etag) == (True, b"", 'W/"7"')
    assert 'If-None-Match: W/"7"\r\n' in stage.requests[0]
    assert "If-Modified-Since: yesterday, or so\r\n" in stage.requests[0]


def test_304_to_an_unconditional_request_is_an_error(stage: Stage) -> None:
    with pytest.raises(FetchError, match="answered 304"):
        fetch(stage.play("/feed", answer(304)))


@pytest.mark.parametrize(("first", "second"), [(301, 302), (308, 303), (301, 307), (302, 301)])
def test_one_passing_redirect_moves_nothing(stage: Stage, first: int, second: int) -> None:
    asked = stage.play("/a", answer(first, location="/b"))
    stage.play("/b", answer(second, location="/c"))
    final = stage.play("/c", answer(body=b"news"))
    response = fetch(asked)
    assert (response.asked, response.address, response.moved_to) == (asked, final, "")


def test_permanent_redirects_all_the_way_move_the_address(stage: Stage) -> None:
    asked = stage.play("/a", answer(301, location="/b"))
    stage.play("/b", answer(308, location=stage.address("/c")))
    final = stage.play("/c", answer(body=b"news"))
    assert fetch(asked).moved_to == final


def test_validators_and_cookies_do_not_follow_a_redirect(stage: Stage) -> None:
    asked = stage.play("/a", answer(301, location="/b", set_cookie="a=b"))
    stage.play("/b", answer(ETag='"of b"'))
    response = fetch(asked, etag='"of a"', last_modified="Sun")
    assert stage.requests[0].count("If-") == 2
    assert not any(word in stage.requests[1] for word in ("If-", "Cookie", "Referer"))
    assert (response.etag, response.headers["etag"]) == ("", '"of b"')


def test_a_circle_of_redirects_names_both_ends(stage: Stage) -> None:
    first = stage.play("/a", answer(302, location="/b"))
    second = stage.play("/b", answer(302, location="/a"))
    with pytest.raises(FetchError, match=f"in a circle, from {second} back to {first}"):
        fetch(first)


def test_a_sixth_redirect_is_not_followed(stage: Stage) -> None:
    for n in range(9):
        stage.play(f"/{n}", answer(302, location=f"/{n + 1}"))
    with pytest.raises(FetchError, match=r"More than 5 redirects, the last to .*/6"):
        fetch(stage.address("/0"))
    assert len(stage.requests) == 6


def test_a_redirect_to_nowhere_is_an_error(stage: Stage) -> None:
    with pytest.raises(FetchError, match="answered 301 without saying where to"):
        fetch(stage.play("/a", answer(301)))


@pytest.mark.parametrize("status", [103, 300, 401, 404, 500, 503, 999])
def test_any_other_status_is_an_error_that_carries_it(stage: Stage, status: int) -> None:
    with pytest.raises(FetchError, match=f"The server answered {status}") as failure:
        fetch(stage.play("/feed", answer(status)))
    assert failure.value.status == status


def test_410_is_told_apart(stage: Stage) -> None:
    address = stage.play("/feed", answer(410))
    with pytest.raises(Gone) as failure:
        fetch(address)
    assert str(failure.value) == f"The server answered 410 (Gone): {address}"


def test_429_says_when_to_come_again(stage: Stage) -> None:
    with pytest.raises(FetchError) as failure:
        fetch(stage.play("/feed", answer(429, retry_after="3600")))
    assert (failure.value.status, failure.value.retry_after) == (429, 3600)


def test_a_refused_connection_is_a_sentence() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(FetchError, match=r"No connection could be made \(Connection refused\)"):
            fetch(f"http://127.0.0.1:{deaf.getsockname()[1]}/feed")


@pytest.mark.parametrize("etag", ["a\r\nX-Injected: b", "a\nb", "“7”", "\x00"])
def test_a_validator_that_no_header_can_hold_is_not_sent(stage: Stage, etag: str) -> None:
    fetch(stage.play("/feed", answer()), etag=etag)
    assert not any(word in stage.requests[0] for word in ("If-", "Injected"))


def test_a_validator_goes_back_byte_for_byte(stage: Stage) -> None:
    address = stage.play("/feed", answer(etag='"\xfc \xa0\t,;"'))
    fetch(address, etag=fetch(address).etag)
    assert 'If-None-Match: "Ã¼ Â\xa0\t,;"\r\n' in stage.requests[1]  # UTF-8, seen as Latin-1


def test_many_threads_may_fetch_at_once(stage: Stage) -> None:
    wanted = {stage.play(f"/{n}", answer(body=b"%d" % n)): b"%d" % n for n in range(40)}
    with ThreadPoolExecutor(8) as pool:
        got = {response.asked: response.body for response in pool.map(fetch, wanted)}
    assert got == wanted
