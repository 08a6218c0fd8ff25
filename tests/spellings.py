"""All spellings near to a word."""

import string
from collections.abc import Iterator

LETTERS = string.ascii_lowercase


def one_edit_away(word: str) -> Iterator[str]:
    """Every spelling one insertion, deletion, replacement or swap away."""
    for place in range(len(word) + 1):
        yield from (word[:place] + letter + word[place:] for letter in LETTERS)
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
        yield from (word[:place] + letter + word[place + 1 :] for letter in LETTERS)
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
