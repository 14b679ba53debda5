"""EMAIL_URL, ALERT_EMAIL and MAIL_FROM: what is read, and the sentence for what is not."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from newssite import environment


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://mail.example?tls=yes", ("mail.example", 587, "", "", True, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", False, True)),
        ("smtp://me%40x:p%2Fw@mail.example:26", ("mail.example", 26, "me@x", "p/w", False, False)),
        ("smtp://[::1]:2525/", ("::1", 2525, "", "", False, False)),
    ],
)
def test_a_mail_server_is_read(
    value: str, read: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    assert tuple(environment.mail_server("EMAIL_URL").values()) == read


@pytest.mark.parametrize(
    "value",
    [
        "mail.example",
        "http://u:geheim@mail.example",
        "smtp://",
        "smtp://u:geheim@mail.example:99999",
        "smtp://u:geheim@mail.example?tls=maybe",
        "smtp://u:geheim@mail.example?ssl=yes",
        "smtp://u:geheim@mail.example/inbox",
        "smtp://user@mail.example",
    ],
)
def test_a_bad_one_is_refused_without_showing_the_password(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.mail_server("EMAIL_URL")
    assert "Set EMAIL_URL=smtp://user:password@mail.example:587?tls=yes" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_unset_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert environment.mail_server("EMAIL_URL") == {}


def test_addresses_are_checked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_EMAIL", "desk@news.example, night@news.example")
    assert environment.mail_addresses("ALERT_EMAIL") == ["desk@news.example", "night@news.example"]
    monkeypatch.setenv("ALERT_EMAIL", "desk@news.example, nonsense")
    with pytest.raises(ImproperlyConfigured, match="“nonsense”: no e-mail address"):
        environment.mail_addresses("ALERT_EMAIL")


def test_a_sender_may_have_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "The News <news@news.example>")
    assert environment.sender("MAIL_FROM", "x") == "The News <news@news.example>"
    monkeypatch.setenv("MAIL_FROM", "The News")
    with pytest.raises(ImproperlyConfigured, match="no e-mail address"):
        environment.sender("MAIL_FROM", "x")


def test_the_contact_is_one_plain_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.mail_address("CONTACT_EMAIL") == ""
    monkeypatch.setenv("CONTACT_EMAIL", "sales@news.example")
    assert environment.mail_address("CONTACT_EMAIL") == "sales@news.example"
    monkeypatch.setenv("CONTACT_EMAIL", "Sales <sales@news.example>")
    with pytest.raises(ImproperlyConfigured, match="no e-mail address"):
        environment.mail_address("CONTACT_EMAIL")
