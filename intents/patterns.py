"""Patterns of words written as data: `*` stands for up to five words, `a|b` for either word."""

import re
from collections.abc import Iterable, Sequence

from intents.tokens import key_of

ANY = "*"


class Patterns:
    """Many patterns at once; each is tried only where one of its own words occurs."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_word: dict[str, list[re.Pattern[str]]] = {}
        for line in lines:
            elements = [_alternatives(element) for element in line.split()]
            pattern = re.compile(_expression(elements))
            for word in min((found for found in elements if found), key=_commonness):
                self._by_word.setdefault(word.split()[0], []).append(pattern)

    def found(self, key: str) -> bool:
        """Whether any pattern occurs in these words (a key, as `key_of` makes it)."""
        padded = f" {key} "
        return any(
            pattern.search(padded)
            for word in set(key.split())
            if word in self._by_word
            for pattern in self._by_word[word]
        )


def _alternatives(element: str) -> tuple[str, ...]:
    return () if element == ANY else tuple(key_of(word) for word in element.split("|"))


def _commonness(words: Sequence[str]) -> tuple[int, int]:
    return len(words), -min(map(len, words))


def _expression(elements: Sequence[tuple[str, ...]]) -> str:
    parts = [f" (?:{'|'.join(map(re.escape, words))})" if words else r"(?: \S+){0,5}?" for words in elements]
    return f"{''.join(parts)}(?= )"
