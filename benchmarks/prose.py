"""Text that means nothing: invented words, as unevenly used as the words of a language."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

SYLLABLES = (
    "ba bel bo cor del den dil dra fa fen fir gal go hal hes kar kel kim lar lo lum ma mel mir mu "
    "na nev nor o pel pra ra ren ril sa sel sor ta tem tol u van vel vi wen yar zim zo"
)
SYLLABLES_IN_A_WORD = (1, 2, 2, 2, 3, 3, 4)
VOCABULARY = 4000  # words
SENTENCE = (8, 22)  # words
PARAGRAPH = (40, 90)  # words
HEADING = (3, 6)  # words


@dataclass(frozen=True)
class Vocabulary:
    """The words of one seed: the same seed always gives the same words in the same order."""

    seed: int

    @cached_property
    def words(self) -> list[str]:
        """All different, short ones first, as the words that a language uses most are short."""
        rng = random.Random(f"{self.seed} words")
        syllables = SYLLABLES.split()
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            count = rng.choice(SYLLABLES_IN_A_WORD)
            words["".join(rng.choices(syllables, k=count))] = None
        return sorted(words, key=len)

    @cached_property
    def _weights(self) -> list[float]:
        """Zipf's law: the n-th word is used about 1/n as often as the first."""
        return list(accumulate(1 / (place + 2.7) for place in range(VOCABULARY)))

    def some(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._weights, k=count)

    def line(self, rng: random.Random, fewest: int, most: int) -> str:
        """A headline or a name: words with a capital at the start and nothing at the end."""
        return " ".join(self.some(rng, rng.randint(fewest, most))).capitalize()

    def body(self, rng: random.Random, count: int) -> str:
        """HTML of exactly `count` words: paragraphs, with a heading above every third."""
        words = iter(self.some(rng, count))
        return "\n".join(_blocks(rng, words))


def sentences(rng: random.Random, words: list[str]) -> str:
    """The words cut into sentences."""
    rest, done = words, []
    while rest:
        size = rng.randint(*SENTENCE)
        done.append(" ".join(rest[:size]).capitalize() + ".")
        rest = rest[size:]
    return " ".join(done)


def _blocks(rng: random.Random, words: Iterator[str]) -> Iterator[str]:
    for number in range(VOCABULARY):
        if number % 3 == 2 and (heading := _next(words, rng.randint(*HEADING))):
            yield f"<h2>{' '.join(heading).capitalize()}</h2>"
        if not (paragraph := _next(words, rng.randint(*PARAGRAPH))):
            return
        yield _block(rng, number, paragraph)


def _next(words: Iterator[str], count: int) -> list[str]:
    return [word for word, _ in zip(words, range(count), strict=False)]


def _block(rng: random.Random, number: int, words: list[str]) -> str:
    """A paragraph; now and then a list, a quotation or a paragraph with a link in it."""
    if number % 7 == 4:
        items = (words[first : first + 12] for first in range(0, len(words), 12))
        return "<ul>" + "".join(f"<li>{' '.join(item)}</li>" for item in items) + "</ul>"
    if number % 7 == 6:
        return f"<blockquote><p>{sentences(rng, words)}</p></blockquote>"
    if number % 7 == 1:
        link = f'<a href="https://{words[0]}.example/{words[-1]}">{words[0]}</a>'
        return f"<p>{link} {sentences(rng, words[1:])}</p>"
    return f"<p>{sentences(rng, words)}</p>"
