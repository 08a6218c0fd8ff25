"""Scores an utterance against the examples of every intent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from intents.features import features, row_of
from intents.training import train
from intents.understanding import Match

OUT_OF_SCOPE = "out_of_scope"
ARRAYS = ("known", "rarity", "weights", "thresholds", "owners", "masked")


@dataclass(frozen=True, slots=True)
class Example:
    """One authored utterance: its intent, its words as the matcher sees them, and as it was written."""

    intent: str
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    written: str


class Matcher:
    """The linear model, and the examples for naming the nearest one."""

    def __init__(
        self, intents: Sequence[str], written: Sequence[str], arrays: Mapping[str, NDArray[np.generic]]
    ) -> None:
        self._intents = tuple(intents)
        self._known, self._rarity = arrays["known"], arrays["rarity"].astype(np.float32)
        self._weights, self._thresholds = arrays["weights"], arrays["thresholds"].astype(np.float32)
        self._written = tuple(written)
        self._owners = arrays["owners"].astype(np.int64)
        texts = arrays["masked"].tobytes().decode().split("\n")
        self._examples: dict[int, dict[int, str]] = {}
        for place, (owner, text) in enumerate(zip(self._owners.tolist(), texts, strict=True)):
            self._examples.setdefault(owner, {})[place] = text

    def scores(self, words: Sequence[str], concepts: Iterable[str]) -> NDArray[np.float32]:
        """0 to 100 for every intent: 50 is the model's own border."""
        columns, values = row_of(features(words, concepts), self._known, self._rarity)
        raw = values @ self._weights[columns].astype(np.float32) + self._thresholds
        result: NDArray[np.float32] = np.clip(50 + 50 * raw, 0, 100)
        return result

    def ranked(self, words: Sequence[str], concepts: Iterable[str], most: int = 3) -> tuple[Match, ...]:
        """The best intents with score, distance to the next, and nearest example."""
        scores = self.scores(words, concepts)
        order = np.argsort(-scores, kind="stable")[: most + 1].tolist()
        return tuple(self._match(place, nxt, scores, " ".join(words)) for place, nxt in pairwise(order))

    def _match(self, place: int, nxt: int, scores: NDArray[np.float32], text: str) -> Match:
        score, behind = round(float(scores[place]), 1), round(float(scores[nxt]), 1)
        return Match(
            self._intents[place],
            score,
            round(score - behind, 1),
            self._intents[nxt],
            self._nearest(place, text),
        )

    def _nearest(self, intent: int, text: str) -> str:
        best = process.extractOne(text, self._examples[intent], scorer=fuzz.ratio)
        return self._written[best[2]] if best else ""


def compile_matcher(intents: Sequence[str], examples: Sequence[Example]) -> dict[str, NDArray[np.generic]]:
    """The arrays of a matcher trained from these examples."""
    number = {intent: place for place, intent in enumerate(intents)}
    owners = [number[example.intent] for example in examples]
    codes = [features(example.words, example.concepts) for example in examples]
    known, rarity, weights, thresholds = train(codes, owners, len(intents))
    return {
        "known": known,
        "rarity": rarity,
        "weights": weights.astype(np.float16),
        "thresholds": thresholds,
        "owners": np.array(owners, np.int16),
        "masked": np.frombuffer("\n".join(" ".join(e.words) for e in examples).encode(), np.uint8),
    }
