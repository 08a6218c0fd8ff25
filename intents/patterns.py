"""Patterns of words written as data: `*` stands for up to five words, `a|b` for either word."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from intents.tokens import key_of

ANY = "*"


class Patterns:
    """Many patterns at once; each is tried only where one of its own words occurs."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_word: dict[str, list[str]] = {}
        for line in lines:
            elements = [_alternatives(element) for element in line.split()]
            pattern = _expression(elements)
            for word in min((found for found in elements if found), key=_commonness):
                self._by_word.setdefault(word.split()[0], []).append(pattern)

    def found(self, key: str) -> bool:
        """Whether any pattern occurs in these words (a key, as `key_of` makes it)."""
        padded = f" {key} "
        return any(
            _compiled(pattern).search(padded)
            for word in set(key.split())
            if word in self._by_word
            for pattern in self._by_word[word]
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first tried: most patterns never are, and all of them would slow every start."""
    return re.compile(pattern)


def _alternatives(element: str) -> tuple[str, ...]:
    return () if element == ANY else tuple(key_of(word) for word in element.split("|"))


def _commonness(words: Sequence[str]) -> tuple[int, int]:
    return len(words), -min(map(len, words))


def _expression(elements: Sequence[tuple[str, ...]]) -> str:
    parts = [f" (?:{'|'.join(map(re.escape, words))})" if words else r"(?: \S+){0,5}?" for words in elements]
    return f"{''.join(parts)}(?= )"
