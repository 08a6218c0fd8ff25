"""Mends mistyped words to words of the examples: the nearest, and of equally near ones what stands there most often."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from intents.wordlist import WordList

SHORTEST_MEANT = 4  # letters of a word that others are mended to
LONG_WORD = 8  # letters from which two edits are mended, else one
FAR = 9  # edits that stand for no word at all
ARRAYS = (*WordList.ARRAYS, "often", "pairs")


class Spelling:
    """The words of the examples, how often each stands there, and beside which others."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._words = WordList(arrays)
        self._often, self._pairs = arrays["often"], arrays["pairs"]

    def holds(self, word: str) -> bool:
        """Whether a word stands in an example or means something by itself."""
        return self._words.row(word) >= 0

    def mended(self, typed: str, before: str = "", after: str = "") -> tuple[str, int]:
        """The word that was meant between its neighbours, and over how many edits; ("", FAR) when there is none.

        The nearest; of equally near ones the one that examples have beside these neighbours, then the most frequent.
        """
        found = []
        for edits, row in self._words.near(typed, 2 if len(typed) >= LONG_WORD else 1):
            word = self._words.word(row)
            if len(word) >= SHORTEST_MEANT:
                beside = self._stands(before, word) + self._stands(word, after)
                found.append((edits, -beside, -int(self._often[row]), word[:1] != typed[:1], word))
        if not found:
            return "", FAR
        edits, *_, word = min(found)
        return word, edits

    def _stands(self, one: str, other: str) -> bool:
        if not one or not other:
            return False
        code = _code(one, other)
        place = int(np.searchsorted(self._pairs, code))
        return place < len(self._pairs) and int(self._pairs[place]) == code


def compile_spelling(vocabulary: Sequence[str], examples: Iterable[Sequence[str]]) -> dict[str, NDArray[Any]]:
    """The arrays of a spelling; `examples` are lists of words."""
    often, pairs = Counter[str](), set[int]()
    for words in examples:
        often.update(words)
        pairs |= {_code(*pair) for pair in pairwise(words)}
    counts = [min(often[word], 65_535) for word in vocabulary]
    return {
        **WordList.of(vocabulary).arrays,
        "often": np.array(counts, np.uint16),
        "pairs": np.array(sorted(pairs), np.uint32),
    }


def _code(one: str, other: str) -> int:
    return crc32(f"{one} {other}".encode())
