"""How long a text takes to read."""

from articles.text import count_words, plain

# Silent reading of non-fiction, adults: 238 words a minute (Brysbaert 2019, a meta-analysis of
# 190 studies); Chinese and Japanese are read at about 500 characters a minute.
WORDS_A_MINUTE = 238
CHARACTERS_A_MINUTE = 500


def measure(body: str) -> tuple[int, int]:
    """(words, minutes) of an HTML body; minutes are rounded and at least 1 where there is text."""
    words, characters = count_words(plain(body))
    minutes = words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE
    total = words + characters
    return total, max(1, round(minutes)) if total else 0
