"""Words and numbers of an utterance, each with its place."""

import re
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_BREAK = re.compile(r"[;?!:]|[.,](?=\s|$)")


class Token(NamedTuple):
    """One run of letters or of digits; `breaks` when a sign before it ends a sentence or a clause."""

    text: str
    start: int
    end: int
    breaks: bool


def tokenise(text: str) -> list[Token]:
    """The tokens of a text in plain form."""
    tokens, done = list[Token](), 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        gap = text[done:start]
        tokens.append(Token(match.group(), start, end, len(gap) > 1 and _BREAK.search(gap + " ") is not None))
        done = end
    return tokens


def key_of(phrase: str) -> str:
    """A phrase as it is looked up: its tokens, one space between."""
    return " ".join(_TOKEN.findall(phrase))
