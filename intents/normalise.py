"""Brings what was typed into one plain form, and keeps the way back to how it was written."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# Signs that the compatibility forms of Unicode leave alone; each becomes what a keyboard would have typed.
_SIGNS = {
    "μ": "u", "‘": "'", "’": "'", "ʼ": "'", "′": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"',
    "»": '"',
    "–": "-", "—": "-", "−": "-", "‐": "-", "⁃": "-", "×": "x", "⁄": "/", "÷": "/", "≥": ">=", "≤": "<=",
    "¿": "?", "؟": "?", "·": ".", "٫": ".", "•": ";",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance: `raw` as it came, `text` in plain form, `at` where each sign stood (None: same)."""

    raw: str
    text: str
    at: tuple[int, ...] | None = None

    def written(self, start: int, end: int) -> str:
        """The part of the raw words that plain positions `start` to `end` came from."""
        if self.at is not None:
            start, end = self.at[start], self.at[end]
        return self.raw[start:end].strip()

    def respelt(self, spans: Iterable[tuple[int, int, str]]) -> "Spoken":
        """The same utterance with some spans of the plain form spelt anew; spans in order, apart."""
        spans = list(spans)
        if not spans:
            return self
        at = self.at if self.at is not None else tuple(range(len(self.text) + 1))
        parts, places, done = list[str](), list[int](), 0
        for start, end, word in spans:
            parts += [self.text[done:start], word]
            places += [*at[done:start], *_places(self.text[start:end], word, at[start : end + 1])]
            done = end
        return Spoken(self.raw, "".join((*parts, self.text[done:])), (*places, *at[done:]))


def _places(old: str, new: str, at: tuple[int, ...]) -> list[int]:
    """Where each letter of a new spelling stood: common beginnings stay, the rest is counted from the end."""
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    same = min(same, len(old), len(new))
    rest = len(new) - same
    return [*at[:same], *(at[max(same, len(old) - left)] for left in range(rest, 0, -1))]


def normalise(utterance: str) -> Spoken:
    """The utterance in lower case, without accents, odd digits, odd spaces, smart quotes and hidden signs."""
    if utterance.isascii():
        return Spoken(utterance, "".join(map(_plain, utterance)) if "`" in utterance else _flat(utterance))
    signs, places = list[str](), list[int]()
    for place, sign in enumerate(utterance):
        plain = _plain(sign)
        signs.append(plain)
        places += [place] * len(plain)
    return Spoken(utterance, "".join(signs), (*places, len(utterance)))


def _flat(utterance: str) -> str:
    return utterance.lower().replace("\t", " ").replace("\r", " ").replace("\n", ";")


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign in "\r\n\t":
        return ";" if sign == "\n" else " "
    if sign in _SIGNS:
        return _SIGNS[sign]
    parts = []
    for part in unicodedata.normalize("NFKD", sign):
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf", "Cc"):
            continue
        digit = unicodedata.decimal(part, None)
        parts.append(str(digit) if digit is not None else _SIGNS.get(part, part.casefold()))
    return " " if not "".join(parts).strip() and parts else "".join(parts)
