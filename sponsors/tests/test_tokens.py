import statistics
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from sponsors import tokens

NOW = datetime(2026, 6, 15, 9, 30, 59, tzinfo=UTC)


def mint(**told):
    known = {"flight": 3, "creative": 5, "placement": "home_card", "topic": 7, "page": 0}
    return tokens.mint(**known | {"now": NOW} | told)


def test_a_token_says_what_it_was_made_of():
    token = tokens.read(mint())
    assert (token.flight, token.creative, token.topic, token.page) == (3, 5, 7, 0)
    assert token.placement == "home_card"
    assert token.served_at == NOW.replace(second=0)


def test_it_fits_an_address_as_it_is():
    text = mint()
    assert len(text) == tokens.LENGTH
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_no_two_pages_have_the_same():
    assert len({tokens.read(mint()).nonce for _ in range(100)}) == 100


def test_a_number_past_32_bits_is_refused():
    with pytest.raises(struct.error):
        mint(page=2**32)


# What is not ours


def test_no_bit_of_it_can_be_turned():
    raw = urlsafe_b64decode(mint())
    for place in range(len(raw) * 8):
        turned = bytearray(raw)
        turned[place // 8] ^= 1 << place % 8
        assert tokens.read(urlsafe_b64encode(turned)) is None, place


def test_no_bit_of_its_text_can_be_turned():
    text = mint().encode()
    for place in range(len(text) * 8):
        turned = bytearray(text)
        turned[place // 8] ^= 1 << place % 8
        assert tokens.read(bytes(turned)) is None, place


def test_a_signature_holds_for_its_own_flight_only():
    one, other = urlsafe_b64decode(mint(flight=3)), urlsafe_b64decode(mint(flight=4))
    assert tokens.read(urlsafe_b64encode(other[:29] + one[29:])) is None
    assert tokens.read(urlsafe_b64encode(one[:1] + other[1:5] + one[5:])) is None


def test_a_part_of_it_is_nothing():
    text = mint()
    assert {tokens.read(text[:length]) for length in range(len(text))} == {None}
    assert tokens.read(text + "A") is None


@given(st.text() | st.binary() | st.text("AZaz09-_+/=", min_size=56, max_size=56))
def test_whatever_is_sent_is_read_without_an_error(text):
    assert tokens.read(text) is None


# Keys


def test_an_earlier_key_is_accepted_while_it_is_named(settings):
    text, key = mint(), settings.SECRET_KEY
    settings.SECRET_KEY = "n" * 50
    assert tokens.read(text) is None
    settings.SECRET_KEY_FALLBACKS = [key]
    assert tokens.read(text) is not None


def test_the_time_it_takes_does_not_tell_how_much_was_right():
    """Within what any request over a network differs by."""
    text = mint()
    first, last = ("A" if text[0] != "A" else "B") + text[1:], text[:-2] + "zz"
    took = [_took(each) for each in (text, first, last)]
    assert max(took) - min(took) < 20e-6  # seconds


def _took(text):
    """Seconds that it takes to read, the median of many."""
    times = []
    for _ in range(2000):
        start = time.perf_counter()
        tokens.read(text)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
