"""The tone of English text by a word list. A guess, labelled as one, and never used to rank."""

from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

# The bounds that the list's authors give for its compound score (Hutto and Gilbert 2014).
BOUND = 0.05


def sentiment(text: str, language: str) -> str:
    """ "positive", "neutral" or "negative" for English, "" for anything else and for no text."""
    if not text or language.split("-")[0] != "en":
        return ""
    score = _analyzer().polarity_scores(text)["compound"]
    if score >= BOUND:
        return "positive"
    return "negative" if score <= -BOUND else "neutral"


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    """Made on first use: reading the word list takes 20 ms, and most commands never ask."""
    return SentimentIntensityAnalyzer()
