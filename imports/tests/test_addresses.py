import pytest
from hypothesis import given, strategies as st

from imports.addresses import absolute, canonical, folded, untracked


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("HTTP://Perigee.Example:80/a/./b/../c", "http://perigee.example/a/c"),
        ("https://perigee.example", "https://perigee.example/"),
        ("https://perigee.example:443/a?", "https://perigee.example/a"),
        ("https://perigee.example:8443/a", "https://perigee.example:8443/a"),
        ("https://user:secret@perigee.example/", "https://perigee.example/"),
        ("https://perigee.example./a#part", "https://perigee.example/a"),
        ("https://perigee.example/#!/a", "https://perigee.example/#!/a"),
        ("https://perigee.example/%7Ea%2fb%c3%bc", "https://perigee.example/~a%2Fb%C3%BC"),
        ("https://perigee.example/ü b", "https://perigee.example/%C3%BC%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://perigee.example/a\n/b", "https://perigee.example/a/b"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_one_spelling(written: str, stored: str) -> None:
    assert canonical(written) == stored
    assert canonical(stored) == stored


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=rss",
        "UTM_Medium=x",
        "fbclid=1",
        "gclid=1",
        "at_campaign=rss",
        "mc_cid=1",
        "utm_x",
    ],
)
def test_tracking_goes_and_the_rest_keeps_its_order(tracking: str) -> None:
    written = f"https://perigee.example/?b=2&{tracking}&a=1&b=1"
    assert canonical(written) == "https://perigee.example/?b=2&a=1&b=1"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/a",
        "mailto:a@perigee.example",
        "javascript:alert(1)",
        "ftp://perigee.example/",
        "http://",
        "http:///a",
        "http://[bad/",
        "http://perigee.example:99999/",
        "http://peri gee.example/",
        "http://a..b/",
        "tag:perigee.example,2026:1",
    ],
)
def test_what_is_no_web_address(written: str) -> None:
    assert canonical(written) == ""


def test_folding_is_for_comparing() -> None:
    forms = [
        "http://perigee.example/a",
        "https://www.perigee.example/a/",
        "https://perigee.example/a/?utm_source=x",
    ]
    assert {folded(form) for form in forms} == {"perigee.example/a"}
    assert folded("https://perigee.example/a?b=1") != folded("https://perigee.example/a")


@pytest.mark.parametrize(
    ("address", "base", "meant"),
    [
        ("/a", "https://perigee.example/b/c", "https://perigee.example/a"),
        ("a", "https://perigee.example/b/c", "https://perigee.example/b/a"),
        ("//cdn.example/a", "http://perigee.example/", "http://cdn.example/a"),
        ("www.perigee.example/a", "", "http://www.perigee.example/a"),
        ("https://a.example/x", "https://perigee.example/", "https://a.example/x"),
        ("a", "", ""),
        ("a", "tag:perigee.example", ""),
        ("//[", "https://perigee.example/", "https://["),
        ("", "https://perigee.example/", ""),
    ],
)
def test_relative_addresses(address: str, base: str, meant: str) -> None:
    assert absolute(address, base) == meant


def test_links_lose_their_tracking_and_nothing_else() -> None:
    assert untracked("https://a.example/?utm_source=x#n1") == "https://a.example/#n1"
    assert untracked("https://A.example/?b=%e4&fbclid=1") == "https://A.example/?b=%e4"


@given(st.text() | st.text(alphabet="htps:/.[]@?#&=%aü0-9 ").map("https://".__add__))
def test_canonical_is_stable_for_any_text(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert once.isascii()
