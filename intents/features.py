"""What the matcher looks at: words, pairs of words, letters, and the concepts that the words name."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SIGNS = frozenset(",;?!.&/+")
LETTER_GRAMS = (3, 4, 5)
# How much of the length of a row words, letters and concepts have. % right, seven authors each left out in turn:
# (0.7, 1.3, 0.8) 94.7, (1, 1.3, 0.3) 95.5, (1, 1.3, 0.15) 95.8; grams of 2 to 5 and 2 to 6 letters give the same.
SHARES = (1.0, 1.3, 0.15)
_PIECE = re.compile(r"[A-Z]|[^\W\d_]+|\d+|[,;?!.&/+]")

Codes = tuple[list[int], list[int], list[int]]


def pieces(masked: str) -> list[str]:
    """The words, marks and signs of a masked text."""
    return _PIECE.findall(masked)


def features(words: Sequence[str], concepts: Iterable[str]) -> Codes:
    """Codes of the word grams, the letter grams and the concepts, each once."""
    words = [word for word in words if word not in SIGNS]
    grams = {f"w{word}" for word in words}
    grams |= {f"w{one} {other}" for one, other in pairwise(("^", *words, "$"))}
    text = f" {' '.join(words)} "
    letters = {text[place : place + size] for size in LETTER_GRAMS for place in range(len(text) - size + 1)}
    return _coded(grams), _coded(letters), _coded({f"c{concept}" for concept in concepts})


def _coded(grams: Iterable[str]) -> list[int]:
    return sorted({crc32(gram.encode()) for gram in grams})


def row_of(
    codes: Codes, known: NDArray[np.uint32], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Columns and weights of one utterance: each kind of feature brought to its share of length."""
    wanted = np.array([code for kind in codes for code in kind], np.uint32)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    values = np.where(known[places] == wanted, rarity[places], np.float32(0))
    start = 0
    for kind, share in zip(codes, SHARES, strict=True):
        part = values[start : start + len(kind)]
        length = float(part @ part) ** 0.5
        part *= share / length if length else 0.0
        start += len(kind)
    return places, values
