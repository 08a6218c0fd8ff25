"""The matcher alone, on texts of any kind: words are mended and scored, and nothing is lifted out."""

from collections.abc import Sequence

import numpy as np

from intents.features import features, row_of
from intents.normalise import normalise
from intents.spelling import Spelling, compile_spelling
from intents.tokens import tokenise
from intents.training import train

SHORTEST_MENDED = 4  # letters


class PlainMatcher:
    """Learns labels from texts and gives each of other texts its likeliest label."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        said = [_words(text) for text in texts]
        self._spelling = Spelling(compile_spelling(sorted({word for words in said for word in words}), said))
        self.labels = tuple(sorted(set(labels)))
        number = {label: place for place, label in enumerate(self.labels)}
        codes = [features(words, ()) for words in said]
        learned = train(codes, [number[label] for label in labels], len(self.labels))
        self._known, self._rarity, self._weights, self._thresholds = learned

    def best(self, text: str) -> tuple[str, float]:
        """The likeliest label, and its score; the model's own border is at 0."""
        words = _words(text)
        mended = [self._mended(place, words) for place in range(len(words))]
        columns, values = row_of(features(mended, ()), self._known, self._rarity)
        scores = values @ self._weights[columns] + self._thresholds
        place = int(np.argmax(scores))
        return self.labels[place], float(scores[place])

    def _mended(self, place: int, words: Sequence[str]) -> str:
        word = words[place]
        if len(word) < SHORTEST_MENDED or self._spelling.holds(word):
            return word
        before, after = (words[place - 1] if place else ""), (words[place + 1] if place + 1 < len(words) else "")
        return self._spelling.mended(word, before, after)[0] or word


def _words(text: str) -> list[str]:
    return [token.text for token in tokenise(normalise(text).text)]
