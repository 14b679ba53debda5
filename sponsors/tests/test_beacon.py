import io
import logging
import statistics
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from sponsors import counting, filtering
from sponsors.beacon import Beacon
from sponsors.tests.sales import book
from sponsors.tests.sending import GOOGLEBOT, READER, ask, counted, send, token

pytestmark = pytest.mark.django_db
TAKEN = ("204 No Content", {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}, b"")
MEGABYTE = 1 << 20


@pytest.fixture
def flight():
    return book(("article_end", None))


def test_a_view_is_counted(flight):
    assert send(token(flight)) == TAKEN
    assert counted() == {"views": 1}


def test_the_same_page_counts_once(flight):
    text = token(flight)
    assert [send(text) for _ in range(3)] == [TAKEN] * 3
    assert counted() == {"views": 1, "bad_dup": 2}


def test_what_a_bot_sends_is_counted_apart(flight):
    assert send(token(flight), HTTP_USER_AGENT=GOOGLEBOT) == TAKEN
    assert counted() == {"bad_bot": 1}


def test_where_nothing_is_measured_nothing_is_read(flight, settings):
    settings.SPONSOR_MEASURE = False
    assert send(token(flight), **{"wsgi.input": None}) == TAKEN
    assert counted() == {}


def test_proxies_tell_whose_view_it_is(flight, settings):
    """Six readers behind one proxy are not one network that sends too many."""
    settings.PROXIES = 1
    for number in range(6):
        send(token(flight), HTTP_X_FORWARDED_FOR=f"198.51.{number}.1", REMOTE_ADDR="10.0.0.1")
    assert counted() == {"views": 6}


# What is not ours: the same answer, and nothing counted


def forged(text):
    """One of each way to tamper with a token."""
    raw = urlsafe_b64decode(text)
    for place in range(len(raw) * 8):
        turned = bytearray(raw)
        turned[place // 8] ^= 1 << place % 8
        yield urlsafe_b64encode(turned)
    yield from (text[:length].encode() for length in range(len(text)))
    yield from (b"", b"{}", b"\0" * 56, b"\xff" * 56, b"A" * 56, text.encode() + b"\n")


def test_no_tampered_token_counts_or_is_answered_otherwise(flight):
    tampered = list(forged(token(flight)))
    assert [send(each) for each in tampered] == [TAKEN] * len(tampered)
    assert counted() == {}
    assert counting.stats()["forged"] == len(tampered)


def test_a_signature_of_one_flight_does_not_hold_for_another(flight):
    other = book(("home_card", None), name="another")
    one, two = urlsafe_b64decode(token(flight)), urlsafe_b64decode(token(other))
    assert send(urlsafe_b64encode(two[:29] + one[29:])) == TAKEN
    assert send(urlsafe_b64encode(one[:1] + two[1:5] + one[5:])) == TAKEN
    assert counted() == {}


class Body(io.BytesIO):
    """Never more than a token is read of it."""

    def read(self, size=-1):
        assert 0 <= size <= 64
        return super().read(size)


def test_a_megabyte_is_not_read():
    times = []
    for _ in range(51):
        start = time.perf_counter()
        answer = send("", CONTENT_LENGTH=str(MEGABYTE), **{"wsgi.input": Body(bytes(MEGABYTE))})
        times.append(time.perf_counter() - start)
        assert answer == TAKEN
    assert statistics.median(times) < 0.001  # seconds


@pytest.mark.parametrize("length", [None, "", "-1", "0", "57", "5e1", "９", "56, 56", "1" * 400])
def test_a_length_that_is_not_a_tokens_is_not_believed(flight, length):
    environ = {"CONTENT_LENGTH": length, "wsgi.input": Body(token(flight).encode())}
    if length is None:
        del environ["CONTENT_LENGTH"]  # as with Transfer-Encoding: chunked
        assert ask(READER | {"PATH_INFO": "/x/v"} | environ) == TAKEN
    else:
        assert send("", **environ) == TAKEN
    assert counted() == {}


def test_a_body_that_is_shorter_than_it_says_is_nothing(flight):
    assert send(token(flight)[:20], CONTENT_LENGTH="56") == TAKEN
    assert counted() == {}


def test_a_body_that_breaks_off_is_logged_and_answered(caplog):
    class Broken:
        def read(self, size):
            raise OSError("the reader is gone")

    assert send("", CONTENT_LENGTH="56", **{"wsgi.input": Broken()}) == TAKEN
    assert [each.getMessage() for each in caplog.records] == ["A view could not be counted"]


def test_the_time_it_takes_does_not_tell_good_from_forged(flight):
    """Within what any request over a network differs by."""
    good, bad = token(flight), "A" * 56
    send(good)
    assert abs(_took(good) - _took(bad)) < 0.0002  # seconds


def _took(text):
    """Seconds until the answer, the median of many."""
    times = []
    for _ in range(500):
        start = time.perf_counter()
        send(text)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


# Around it


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "TRACE", "post"])
def test_it_can_only_be_posted_to(flight, method):
    status, headers, body = send(token(flight), REQUEST_METHOD=method)
    assert (status, headers["Allow"], body) == ("405 Method Not Allowed", "POST", b"")
    assert counted() == {}


@pytest.mark.parametrize("path", ["/", "/x/v/", "/x/vv", "/x", "/X/V"])
def test_everything_else_is_the_sites(path):
    site = Beacon(lambda environ, start_response: [environ["PATH_INFO"].encode()])
    assert site({"PATH_INFO": path, "REQUEST_METHOD": "POST"}, None) == [path.encode()]


def test_no_view_can_break_it(flight, monkeypatch, caplog):
    monkeypatch.setattr(filtering, "event", lambda *_, **__: 1 / 0)
    with caplog.at_level(logging.ERROR):
        assert send(token(flight)) == TAKEN
    assert len(caplog.records) == 1


def test_no_query_is_asked_for_a_view(flight, django_assert_num_queries):
    first, second = token(flight), token(flight)
    send(first)
    with django_assert_num_queries(0):
        send(second)
