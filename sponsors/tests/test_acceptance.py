import pytest

from sponsors.acceptance import (
    copy_fault,
    hook_fault,
    hooks_fault,
    hosts_fault,
    link_fault,
    terminal_fault,
)

HOSTS = ["overwinter.example"]
# Controls, odd spaces, marks that turn text, joiners, fillers, selectors, tags.
UNSEEN = (
    "\n\r\t\x00\x7f\x85\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u2028\u202a\u202e"
    "\u2060\u2066\u2069\u2800\u3000\u3164\ufe0f\ufeff\U000e0041\U000e0100"
)


@pytest.mark.parametrize(
    "text", ["", "10 GB free, no card", "a < b && c > d", "R&D", "zażółć 冬 חורף", "5 <3"]
)
def test_plain_words_are_taken(text):
    assert copy_fault(text) == ""


@pytest.mark.parametrize(
    "text", ["<b>cold</b>", "</p>", "<!-- x", "<?php", "<svg/onload=x>", "&lt;b&gt;", "&#60;"]
)
def test_html_is_refused(text):
    assert "HTML is not taken" in copy_fault(text)


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u2067b", "a\u2028b"]
)
def test_copy_holds_nothing_that_turns_or_breaks_the_line(text):
    assert "readers cannot see" in copy_fault(text)


def test_lines_are_taken_where_they_are_allowed():
    assert copy_fault("one\ntwo", lines=True) == ""


@pytest.mark.parametrize(
    "character",
    UNSEEN,
)
def test_a_command_holds_nothing_unseen(character):
    assert "readers cannot see" in terminal_fault(f"overwinter push{character} ~/projects")


@pytest.mark.parametrize("command", ["git push fly main", "cat < a | sort > b", "größe --all 'ü'"])
def test_an_honest_command_is_taken(command):
    assert terminal_fault(command) == ""


@pytest.mark.parametrize("hook", ["", "reading about {topic}?", "cold", "{topic} and {topic}"])
def test_a_hook_may_name_the_topic(hook):
    assert hook_fault(hook) == ""


@pytest.mark.parametrize(
    "hook", ["{reader}", "{topic.pk}", "{topic!r}", "{}", "{", "a } b", "{{topic}}", "{ topic }"]
)
def test_no_other_placeholder_is_taken(hook):
    assert "is no placeholder we know" in hook_fault(hook)


@pytest.mark.parametrize("hooks", [[], "energy", {"energy": 1}, {"energy": "{x}"}])
def test_hooks_are_a_line_for_each_topic(hooks):
    assert hooks_fault(hooks)


@pytest.mark.parametrize(
    "link",
    [
        "https://overwinter.example",
        "https://overwinter.example/start?from=fanfold&x=%20#top",
        "https://OVERWINTER.example/",
    ],
)
def test_a_link_to_the_sponsors_host_is_taken(link):
    assert link_fault(link, HOSTS) == ""


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://overwinter.example/",
        "javascript:alert(1)",
        "//overwinter.example/",
        "https:overwinter.example",
        "HTTPS://overwinter.example/",
        "http\u017f://overwinter.example/",
        "https://overwinter\u3002example/",
        "https://overwinter.example@evil.example/",
        "https://user:pass@overwinter.example/",
        "https://overwinter.example:8443/",
        "https://overwinter.example\\@evil.example/",
        "https://evil.example\\.overwinter.example/",
        "https://overwinter.example/a b",
        "https://overwinter.example/\r\nSet-Cookie: a=b",
        "https://overwinter.example/\x00",
        "https://overwinter.example/\u202e",
        " https://overwinter.example/",
        "https://overwinter.example/\n",
        'https://overwinter.example/"onclick="x',
    ],
)
def test_an_address_that_two_readers_could_read_differently_is_refused(link):
    assert "Give a whole address" in link_fault(link, HOSTS)


@pytest.mark.parametrize(
    "host", ["evil.example", "www.overwinter.example", "overwinter.example.evil.example", "127.1"]
)
def test_a_link_off_the_sponsors_hosts_is_refused_by_name(host):
    assert link_fault(f"https://{host}/", HOSTS).startswith(f"{host} is not among")


@pytest.mark.parametrize(
    "host",
    ["https://a.example", "a.example/", "A.example", "localhost", "127.0.0.1", "-a.b", 1, ""],
)
def test_a_host_is_a_name_in_lower_case(host):
    assert "is no host" in hosts_fault([host])


def test_hosts_are_a_list():
    assert hosts_fault("overwinter.example")
    assert hosts_fault(["overwinter.example", "shop.overwinter.example"]) == ""
