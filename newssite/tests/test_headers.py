import pytest

from newssite.headers import TrueAddress, client_address, true_address


def asked(forwarded=None, remote="10.0.0.1"):
    meta = {"REMOTE_ADDR": remote}
    return meta if forwarded is None else meta | {"HTTP_X_FORWARDED_FOR": forwarded}


def test_without_proxies_what_is_forwarded_is_not_believed():
    assert true_address(asked("203.0.113.9")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the first is the reader's invention
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # past our proxies
        (1, "203.0.113.9:50123", "203.0.113.9"),
        (1, "[2001:db8::9]:50123", "2001:db8::9"),
        (1, "2001:db8::9", "2001:db8::9"),
        (1, " ", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_behind_proxies_the_last_that_is_not_ours_counts(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    assert true_address(asked(forwarded)) == address


def test_who_is_inside_reads_it_where_everybody_looks(settings, rf):
    settings.PROXIES = 1
    environ = asked("203.0.113.9:50123")
    TrueAddress(lambda environ, start_response: [])(environ, None)
    assert environ["REMOTE_ADDR"] == "203.0.113.9"
    assert client_address(rf.get("/", **environ)) == "203.0.113.9"
