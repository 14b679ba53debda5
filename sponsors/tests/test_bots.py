import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from sponsors.bots import is_program, names_program
from sponsors.tests.sending import CHROME, FIREFOX, GOOGLEBOT, READER, SAFARI

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IN_INSTAGRAM = (
    f"Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A; wv) {WEBKIT} Version/4.0 "
    "Chrome/142.0.7444.142 Mobile Safari/537.36 Instagram 406.0.0.58.159 Android (35/15; 480dpi)"
)
CUBOT = f"Mozilla/5.0 (Linux; Android 13; CUBOT_X70) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36"
READERS = [
    *(FIREFOX, CHROME, SAFARI, CHROME + " Edg/142.0.0.0", CHROME + " OPR/126.0.0.0"),
    *(IN_INSTAGRAM, CUBOT, SAFARI.replace("Version/18.6", "CriOS/142.0.7444.46")),
    "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/37.9178; U; en) Presto/2.12.423 Version/12.16",
]
PROGRAMS = [
    *("", "-", "curl/8.14.1", "Wget/1.25.0", "python-requests/2.32.5", "Python-urllib/3.13"),
    *("Go-http-client/2.0", "node", "axios/1.12.2", "okhttp/5.1.0", "Java/21.0.8", "Dart/3.9"),
    *("PostmanRuntime/7.46", "facebookexternalhit/1.1", "WhatsApp/2.23.20.0", GOOGLEBOT),
    CHROME.replace("Chrome", "HeadlessChrome"),
    CHROME + " Chrome-Lighthouse",
    f"Mozilla/5.0 {WEBKIT}; compatible; ChatGPT-User/1.0; +https://openai.com/bot",
]


def asked(agent, **told):
    return READER | {"HTTP_USER_AGENT": agent} | told


@pytest.mark.parametrize("agent", READERS)
def test_a_readers_browser_is_no_program(agent):
    assert not is_program(asked(agent))


@pytest.mark.parametrize("agent", PROGRAMS)
def test_a_program_is_one(agent):
    assert is_program(asked(agent))


def test_a_request_that_tells_nothing_comes_from_a_program():
    assert is_program({})


def test_of_all_the_programs_that_others_know_hardly_any_is_missed():
    """Its few others pass for a browser, or are one: Instagram's and Facebook's."""
    known = [agent for each in CRAWLER_USER_AGENTS_DATA for agent in each["instances"]]
    missed = [agent for agent in known if not names_program(agent.lower())]
    assert len(known) > 2000
    assert len(missed) < 0.025 * len(known)


# Ahead of the reader


@pytest.mark.parametrize(
    "told",
    [
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_PURPOSE": "preview"},
        {"HTTP_X_MOZ": "prefetch"},
        {"REQUEST_METHOD": "HEAD"},
    ],
)
def test_what_is_asked_for_before_a_reader_wants_it_is_no_readers(told):
    assert is_program(asked(FIREFOX, **told))


# Browsers of today say where a request comes from


@pytest.fixture
def _safe(settings):
    settings.SITE_URL = "https://news.example"


def silent(agent):
    meta = asked(agent)
    del meta["HTTP_SEC_FETCH_SITE"]
    return meta


@pytest.mark.parametrize("agent", [FIREFOX, CHROME, SAFARI])
@pytest.mark.usefixtures("_safe")
def test_who_only_takes_a_browsers_name_is_found(agent):
    assert is_program(silent(agent))


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX.replace("145", "89"),
        CHROME.replace("142", "79"),
        SAFARI.replace("18.6", "16.3"),
        IN_INSTAGRAM,
    ],
)
@pytest.mark.usefixtures("_safe")
def test_older_browsers_and_those_in_apps_need_not_say_it(agent):
    assert not is_program(silent(agent))


def test_no_browser_says_it_to_an_unsafe_address(settings):
    settings.SITE_URL = "http://news.example"
    assert not is_program(silent(FIREFOX))


def test_a_version_without_end_is_no_error(settings):
    settings.SITE_URL = "https://news.example"
    assert is_program(silent("Mozilla/5.0 (X) Chrome/" + "9" * 10_000))
