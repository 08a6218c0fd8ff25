"""What the matcher looks at: words, pairs of words, letters, and the concepts that the words name."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORD_GRAMS, LETTER_GRAMS = 2, (2, 3, 4, 5)
WORD_SHARE, LETTER_SHARE, CONCEPT_SHARE = 0.7, 1.3, 0.8  # weight of each kind in the length of a row
SIGNS = frozenset(",;?!.&/+")
_PIECE = re.compile(r"[A-Z]|[^\W\d_]+|\d+|[,;?!.&/+]")


def pieces(masked: str) -> list[str]:
    """The words, marks and signs of a masked text."""
    return _PIECE.findall(masked)


def features(words: Sequence[str], concepts: Iterable[str]) -> tuple[list[int], list[int], list[int]]:
    """Codes of the word grams, the letter grams and the concepts, each once."""
    words = [word for word in words if word not in SIGNS]
    padded = ["^", *words, "$"]
    grams = {f"w{word}" for word in words}
    grams |= {f"w{one} {other}" for one, other in pairwise(padded)}
    text = f" {' '.join(words)} "
    letters = {text[place : place + size] for size in LETTER_GRAMS for place in range(len(text) - size + 1)}
    return _coded(grams), _coded(letters), _coded({f"c{concept}" for concept in concepts})


def _coded(grams: Iterable[str]) -> list[int]:
    return sorted({crc32(gram.encode()) for gram in grams})


def row_of(
    codes: tuple[list[int], list[int], list[int]], known: NDArray[np.uint32], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Columns and weights of one utterance: each kind of feature brought to its share of length."""
    columns, weights = [], []
    for coded, share in zip(codes, (WORD_SHARE, LETTER_SHARE, CONCEPT_SHARE), strict=True):
        wanted = np.array(coded, np.uint32)
        places = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        places = places[known[places] == wanted] if len(known) else places[:0]
        values = rarity[places]
        length = float(np.sqrt(values @ values)) or 1.0
        columns.append(places)
        weights.append(values * (share / length))
    return np.concatenate(columns), np.concatenate(weights).astype(np.float32)
