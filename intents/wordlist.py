"""A large list of words held in a few arrays: exact look-up, and the words within one or two edits."""

from collections.abc import Callable, Sequence
from itertools import combinations
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from intents.arrays import Arrays

PREFIX = 7  # letters of a word that the deletes index looks at
SHORTEST = 4  # words under four letters are never mended
TWO_EDITS_FROM = 7  # letters from which two edits are looked for
_MIX = 0x9E3779B97F4A7C15
_WORD64 = (1 << 64) - 1


class WordList:
    """Words by row number. Built once from plain words, then held as arrays that a cache can keep."""

    ARRAYS = ("blob", "starts", "slots", "firsts", "lengths", "hashes", "rows")

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._blob = arrays["blob"].tobytes()
        self._starts = np.ascontiguousarray(arrays["starts"]).data
        self._slots = np.ascontiguousarray(arrays["slots"]).data
        self._firsts = arrays["firsts"].tobytes()
        self._mask = len(self._slots) - 1

    @classmethod
    def of(cls, words: Sequence[str], two_edits: Callable[[str], bool] = bool) -> "WordList":
        """Index these words, those of `two_edits` for up to two; a row is a place in the sequence."""
        coded = [word.encode() for word in words]
        starts = np.zeros(len(coded) + 1, np.int32)
        np.cumsum([len(word) for word in coded], out=starts[1:])
        hashes, rows = _deletes(coded, np.array([two_edits(word) for word in words], bool))
        return cls(
            {
                "blob": np.frombuffer(b"".join(coded), np.uint8),
                "starts": starts,
                "slots": _slots(coded),
                "firsts": _firsts(coded),
                "lengths": np.array([min(len(word), 255) for word in coded], np.uint8),
                "hashes": hashes,
                "rows": rows,
            }
        )

    @property
    def arrays(self) -> Arrays:
        return self._arrays

    def __len__(self) -> int:
        return len(self._starts) - 1

    def word(self, row: int) -> str:
        """The word of a row."""
        return self._blob[self._starts[row] : self._starts[row + 1]].decode()

    def row(self, word: str) -> int:
        """The row of exactly this word, or -1."""
        coded = word.encode()
        slot = crc32(coded) & self._mask
        while (row := self._slots[slot]) >= 0:
            if self._blob[self._starts[row] : self._starts[row + 1]] == coded:
                return int(row)
            slot = (slot + 1) & self._mask
        return -1

    def begins_longer(self, word: str) -> bool:
        """Whether a word of several parts may begin with this part."""
        return self._firsts[crc32(word.encode()) % len(self._firsts)] == 1

    def near(self, word: str, most: int) -> list[tuple[int, int]]:
        """(edits, row) of every word within `most` edits, nearest first; exact in that band."""
        rows = self._candidates(word, most)
        close = np.abs(self._arrays["lengths"][rows].astype(np.int16) - len(word)) <= most
        found = []
        for row in rows[close].tolist():
            edits = OSA.distance(word, self.word(row), score_cutoff=most)
            if edits <= most:
                found.append((edits, row))
        return sorted(found)

    def _candidates(self, word: str, most: int) -> NDArray[np.int32]:
        keys = np.unique(np.array([_hash(key) for key in variants(word.encode(), most)], np.uint32))
        hashes, rows = self._arrays["hashes"], self._arrays["rows"]
        left = np.searchsorted(hashes, keys, "left")
        right = np.searchsorted(hashes, keys, "right")
        found = [rows[a:b] for a, b in zip(left.tolist(), right.tolist(), strict=True) if a < b]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int32)


def variants(coded: bytes, most: int) -> set[bytes]:
    """The first letters of a word, and what is left of them after taking out up to `most`."""
    head = coded[:PREFIX]
    found = {head}
    for taken in range(1, min(most, len(head)) + 1):
        for keep in combinations(range(len(head)), len(head) - taken):
            found.add(bytes(head[place] for place in keep))
    return found


def _hash(key: bytes) -> int:
    return ((int.from_bytes(key, "little") * _MIX) & _WORD64) >> 32


def _slots(coded: Sequence[bytes]) -> NDArray[np.int32]:
    size = 1 << max(4, (len(coded) * 2).bit_length())
    slots = [-1] * size
    for row, word in enumerate(coded):
        slot = crc32(word) & (size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = row
    return np.array(slots, np.int32)


def _firsts(coded: Sequence[bytes]) -> NDArray[np.uint8]:
    marks = np.zeros(1 << 17, np.uint8)
    for word in coded:
        first, space, _ = word.partition(b" ")
        if space:
            marks[crc32(first) % len(marks)] = 1
    return marks


def _deletes(coded: Sequence[bytes], two_edits: NDArray[np.bool_]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Hashes of every word's variants, sorted, each with its row; whole columns at a time."""
    lengths = np.array([len(word) for word in coded], np.int64)
    heads = np.zeros((len(coded), PREFIX + 1), np.uint64)
    for row, word in enumerate(coded):
        heads[row, : min(len(word), PREFIX)] = list(word[:PREFIX])
    hashes, rows = [], []
    for size in range(1, PREFIX + 1):
        of_size = np.flatnonzero(np.minimum(lengths, PREFIX) == size)
        for taken in range(3):
            chosen = of_size if taken < 2 else of_size[two_edits[of_size] & (lengths[of_size] >= TWO_EDITS_FROM)]
            if (taken and size < SHORTEST) or not len(chosen):
                continue
            for keep in combinations(range(size), size - taken):
                hashes.append(_hashes(heads[chosen][:, keep]))
                rows.append(chosen.astype(np.int32))
    return _sorted_pairs(hashes, rows)


def _hashes(letters: NDArray[np.uint64]) -> NDArray[np.uint32]:
    shifts = (np.arange(letters.shape[1], dtype=np.uint64) * np.uint64(8))[None, :]
    numbers: NDArray[np.uint64] = (letters << shifts).sum(axis=1, dtype=np.uint64)
    hashes: NDArray[np.uint32] = (numbers * np.uint64(_MIX) >> np.uint64(32)).astype(np.uint32)
    return hashes


def _sorted_pairs(
    hashes: Sequence[NDArray[np.uint32]], rows: Sequence[NDArray[np.int32]]
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    if not hashes:
        return np.zeros(0, np.uint32), np.zeros(0, np.int32)
    pairs = (np.concatenate(hashes).astype(np.uint64) << np.uint64(32)) | np.concatenate(rows).astype(np.uint64)
    pairs = np.unique(pairs)
    return (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)
