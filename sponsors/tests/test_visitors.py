import pytest

from sponsors.tests.sending import FIREFOX
from sponsors.visitors import KINDS, Visitor


def visitor(address, agent=FIREFOX):
    return Visitor.of({"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", "203.0.113.250"),
        ("2001:db8:0:1200::1", "2001:db8:0:12ff:ffff::2"),
        ("::ffff:203.0.113.9", "203.0.113.1"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_neighbours_are_one_network(one, other):
    assert visitor(one).network == visitor(other).network
    assert visitor(one).identity == visitor(other).identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", "203.0.114.9"),
        ("2001:db8:0:1200::1", "2001:db8:0:1300::1"),
        ("32.1.13.184", "2001:db8::1"),  # whose first bytes are the same
    ],
)
def test_others_are_another(one, other):
    assert visitor(one).network != visitor(other).network
    assert visitor(one).identity != visitor(other).identity


@pytest.mark.parametrize(
    "address", ["", "unknown", "203.0.113", "203.0.113.9.1", "::g", "[::1]", "1" * 5000, "\0", "é"]
)
def test_what_is_no_address_is_one_network(address):
    assert visitor(address).network == visitor("nobody").network


def test_a_request_that_tells_nothing_has_a_visitor():
    assert Visitor.of({}).identity


def test_a_network_has_few_identities():
    """So a captured token counts no more often, whatever its user agents say."""
    found = {visitor("203.0.113.9", f"Mozilla/5.0 (Machine {n})").identity for n in range(1000)}
    assert len(found) == KINDS


def test_an_identity_is_the_same_in_every_process():
    assert visitor("203.0.113.9").identity == b"4\xcb\x00q\x01"


def test_a_network_is_told_by_a_key_of_this_process_only():
    assert b"\xcb\x00q" not in visitor("203.0.113.9").network


def test_a_log_learns_nothing():
    assert repr(visitor("203.0.113.9")) == "Visitor()"


@pytest.mark.parametrize("agent", ["", "\ud800", "é\xff", "x" * 100_000])
def test_any_user_agent_is_taken(agent):
    assert visitor("203.0.113.9", agent).identity
