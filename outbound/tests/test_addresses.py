"""Which addresses are taken, how they are written, and which machines they may lead to."""

import contextlib

import hypothesis
import pytest
from hypothesis import given, strategies as st
from pytest_django import Settings

from outbound.addresses import follow, is_public, parse
from outbound.errors import FetchError, Forbidden


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "2606:4700::1111",
        "::ffff:93.184.215.14",
        "64:ff9b::5db8:d70e",
        "2002:5db8:d70e::1",
    ],
)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9"),
        *("169.254.169.254", "172.16.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::7f00:1", "::ffff:0:127.0.0.1", "fc00::1"),
        *("fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "3fff::1"),
        *("5f00::1", "64:ff9b:1::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1", "2002:c0a8:101::1"),
        *("2001:0:5db8:d70e::80ff:fffe", "2001:0:a00:1::a247:28f1"),  # Teredo
    ],
)
def test_everything_else_may_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("given_address", "asked"),
    [
        (" https://Feeds.Example/a?b=c#d\n", "https://feeds.example/a?b=c"),
        ("http://feeds.example:80", "http://feeds.example/"),
        ("https://feeds.example/a b/ü?q=é%20", "https://feeds.example/a%20b/%C3%BC?q=%C3%A9%20"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_is_asked_in_its_regular_form(given_address: str, asked: str) -> None:
    assert str(parse(given_address)) == asked


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://feeds.example/", "file:///etc/passwd", "feeds.example/feed", "javascript:1", ""),
        *(
            "http://user@feeds.example/",
            "http://user:word@feeds.example/",
            "http://@feeds.example/",
        ),
        "http://feeds.example\\@127.0.0.1/",
        *("http://feeds.example:22/", "https://feeds.example:8443/", "http://feeds.example:0/"),
    ],
)
def test_other_schemes_users_and_ports_are_forbidden(address: str, settings: Settings) -> None:
    settings.FETCH_ALLOW_PRIVATE, settings.FETCH_PORTS = False, (80, 443)
    with pytest.raises(Forbidden):
        parse(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://", "http:///feed", "http://feeds example/", "http://[::1/", "http://[fish]/"),
        *("http://feeds.example:99999/", "http://feeds.example:x/", "http://feeds\n.example/"),
        *(
            "http://a..b/",
            f"http://{'a' * 64}.example/",
            f"http://{'a.' * 200}/",
            "http://%31/",
            "http://a/\ud800",
        ),
        "http://feeds.example\\.evil.example/",
    ],
)
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(FetchError, match="This is not a web address: http"):
        parse(address)


def test_an_intranet_may_use_any_port(unguarded: None) -> None:
    assert parse("http://feeds.example:8081/").port == 8081


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(Forbidden) as refusal:
        parse("https://user:word@feeds.example/")
    assert "word" not in str(refusal.value).replace("password", "")


def test_a_long_password_is_not_repeated_either() -> None:
    with pytest.raises(Forbidden) as refusal:
        parse(f"https://user:{'word' * 200}@feeds.example/")
    assert "wordword" not in str(refusal.value)


def test_a_sentence_stays_in_one_short_line() -> None:
    with pytest.raises(FetchError) as refusal:
        parse("http://feeds\n.example/" + "a" * 100_000)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/other", "https://feeds.example/other"),
        ("//news.example/x", "https://news.example/x"),
        ("?page=2", "https://feeds.example/a/feed?page=2"),
        ("/gr\u00c3\u00bcn", "https://feeds.example/gr%C3%BCn"),  # UTF-8 read as Latin-1
    ],
)
def test_a_location_is_read_against_where_it_came_from(location: str, asked: str) -> None:
    assert str(follow(parse("https://feeds.example/a/feed"), location)) == asked


def test_a_location_that_is_no_address_is_an_error() -> None:
    with pytest.raises(FetchError, match="leads to no web address"):
        follow(parse("https://feeds.example/"), "http://[fish/")


@hypothesis.settings(deadline=None)
@given(st.text() | st.from_regex(r"https?://[^/]{1,20}(:[0-9]{1,3})?/.*"))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    with contextlib.suppress(FetchError):
        address = parse(text)
        assert str(address).isascii()
        assert parse(str(address)) == address
