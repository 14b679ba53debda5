"""Nothing that a stranger supplies makes us talk to a private network."""

import socket
import threading

import pytest

from outbound.fetching import FetchError, Forbidden, Limits, TimedOut, fetch
from outbound.tests.conftest import PUBLIC, Internet, Stage, answer


def test_a_public_name_is_fetched_from_the_address_that_was_checked(
    internet: Internet, stage: Stage
) -> None:
    stage.play("/feed", answer(body=b"news"))
    assert fetch("http://feeds.example/feed").body == b"news"
    assert (internet.lookups, internet.dialled) == (["feeds.example"], [PUBLIC])


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "017700000001",
            "127.1",
            "0",
            "0.0.0.0",
        ),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"),
        *("169.254.169.254", "[fe80::1]", "10.0.0.8", "192.168.0.1", "100.64.0.1", "127.0.0.1."),
        *("１２７.0.0.1", "127。0。0。1"),  # digits and dots that IDNA folds
    ],
)
def test_no_spelling_of_a_private_address_is_asked(internet: Internet, host: str) -> None:
    with pytest.raises(FetchError):
        fetch(f"http://{host}/")
    assert internet.dialled == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]"])
def test_odd_spellings_of_loopback_are_forbidden(internet: Internet, host: str) -> None:
    with pytest.raises(Forbidden, match="is not on the public internet"):
        fetch(f"http://{host}/")


def test_one_private_address_among_public_ones_is_enough_to_refuse(internet: Internet) -> None:
    internet.names["mixed.example"] = [[PUBLIC, "10.0.0.8"]]
    with pytest.raises(Forbidden, match=r"mixed.example leads to 10.0.0.8"):
        fetch("http://mixed.example/")
    assert internet.dialled == []


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "//10.0.0.8/"),
        *("http://2130706433/", "http://inside.example/", "http://feeds.example:6379/"),
        *("ftp://feeds.example/", "file:///etc/passwd", "http://user:word@feeds.example/"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(
    internet: Internet, stage: Stage, target: str
) -> None:
    internet.names["inside.example"] = [["192.168.3.4"]]
    stage.play("/feed", answer(302, location=target))
    with pytest.raises(Forbidden, match=r"redirected from http://feeds.example/feed\)"):
        fetch("http://feeds.example/feed")
    assert internet.dialled == [PUBLIC]


def test_a_name_that_turns_private_after_the_check_gains_nothing(
    internet: Internet, stage: Stage
) -> None:
    internet.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    stage.play("/feed", answer(body=b"news"))
    assert fetch("http://rebinding.example/feed").body == b"news"
    assert (len(internet.lookups), internet.dialled) == (1, [PUBLIC])


def test_a_name_that_turns_private_between_two_hops_is_forbidden(
    internet: Internet, stage: Stage
) -> None:
    internet.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    stage.play("/feed", answer(302, location="/inside"))
    with pytest.raises(Forbidden, match=r"rebinding.example leads to 127.0.0.1"):
        fetch("http://rebinding.example/feed")
    assert internet.dialled == [PUBLIC]


def test_the_next_address_is_tried_when_the_first_does_not_answer(
    internet: Internet, stage: Stage
) -> None:
    internet.names["two.example"] = [["93.184.215.99", PUBLIC]]
    stage.play("/feed", answer(body=b"news"))
    assert fetch("http://two.example/feed").body == b"news"


def test_proxies_from_the_environment_do_not_count(
    internet: Internet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stage.play("/feed", answer(body=b"news"))
    assert fetch("http://feeds.example/feed").body == b"news"


def test_an_unknown_name_is_said_to_be_unknown(internet: Internet) -> None:
    with pytest.raises(FetchError, match=r"The name nowhere.example could not be looked up: http"):
        fetch("http://nowhere.example/")


def test_a_look_up_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: done.wait(5) and [])
    with pytest.raises(TimedOut, match="could not be looked up in time"):
        fetch("http://feeds.example/", limits=Limits(connect=0.1))
    done.set()
