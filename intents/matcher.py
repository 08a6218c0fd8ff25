"""Scores an utterance against the examples of every intent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from intents.features import features, row_of
from intents.training import train
from intents.understanding import Match

OUT_OF_SCOPE = "out_of_scope"
OUTSIDE = frozenset({OUT_OF_SCOPE, "patient", "self_harm"})
RANKED = 20  # intents kept in a ranking: enough when all that can be left out are left out
ARRAYS = ("known", "rarity", "weights", "thresholds", "owners", "masked")


@dataclass(frozen=True, slots=True)
class Example:
    """One authored utterance: its intent, its words as the matcher sees them, and as it was written."""

    intent: str
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Intents with their scores, best first; 0 to 100, where 50 is the model's own border.

    `strangeness`: how much more the words are like talk out of scope than like the likeliest question.
    """

    ranking: tuple[tuple[str, float], ...]
    strangeness: float = 0.0

    @property
    def best(self) -> str:
        return self.ranking[0][0]

    def passes(self, score: float, margin: float) -> bool:
        """Whether the best intent has this score, and this distance to the next."""
        first, second = self.ranking[0][1], self.ranking[1][1] if len(self.ranking) > 1 else 0.0
        return first >= score and first - second >= margin

    def without(self, intents: Collection[str]) -> "Scored":
        """The ranking with some intents left out."""
        if not intents:
            return self
        return Scored(tuple(pair for pair in self.ranking if pair[0] not in intents), self.strangeness)


class Matcher:
    """The linear model, and the examples for naming the nearest one."""

    def __init__(self, intents: Sequence[str], written: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._intents = tuple(intents)
        self._known, self._rarity = arrays["known"], arrays["rarity"]
        self._weights, self._thresholds = arrays["weights"], arrays["thresholds"]
        self._owners, self._written = arrays["owners"], written
        self._masked = arrays["masked"]
        self._own = dict[str, dict[int, str]]()  # the texts of each intent that was ever named

    def scored(self, words: Sequence[str], concepts: Iterable[str]) -> Scored:
        """The best intents with their scores."""
        columns, values = row_of(features(words, concepts), self._known, self._rarity)
        raw = values @ self._weights[columns].astype(np.float32) + self._thresholds
        raw = 50 + 50 * raw
        scores = np.clip(raw, 0, 100)
        numbers = scores.tolist()
        order = np.argsort(-scores, kind="stable")[:RANKED].tolist()
        ranking = tuple((self._intents[place], round(numbers[place], 1)) for place in order)
        inside = max(value for value, intent in zip(raw.tolist(), self._intents, strict=True) if intent not in OUTSIDE)
        outside = float(raw[self._intents.index(OUT_OF_SCOPE)])
        return Scored(ranking, round(outside - inside, 1))

    def matches(self, scored: Scored, words: Sequence[str], most: int) -> tuple[Match, ...]:
        """The best intents, each with its distance to the next and the nearest of its examples."""
        text, ranking = " ".join(words), scored.ranking
        nexts = (*ranking[1:], ("", 0.0))
        return tuple(
            Match(intent, score, round(score - behind, 1), runner_up, self._nearest(intent, text))
            for (intent, score), (runner_up, behind) in zip(ranking[:most], nexts, strict=False)
        )

    def _nearest(self, intent: str, text: str) -> str:
        if intent not in self._own:
            own = np.flatnonzero(self._owners == self._intents.index(intent)).tolist()
            ends = np.flatnonzero(self._masked == ord("\n")).tolist()
            starts, ends = [0, *(end + 1 for end in ends)], [*ends, len(self._masked)]
            self._own[intent] = {place: self._masked[starts[place] : ends[place]].tobytes().decode() for place in own}
        best = process.extractOne(text, self._own[intent], scorer=fuzz.ratio)
        return self._written[best[2]] if best else ""


def compile_matcher(
    intents: Sequence[str], examples: Sequence[Example], more: Sequence[Example] = ()
) -> dict[str, NDArray[Any]]:
    """The arrays of a matcher trained from these examples; `more` are learned from, but never named as nearest."""
    number = {intent: place for place, intent in enumerate(intents)}
    owners = [number[example.intent] for example in (*examples, *more)]
    codes = [features(example.words, example.concepts) for example in (*examples, *more)]
    known, rarity, weights, thresholds = train(codes, owners, len(intents))
    masked = "\n".join(" ".join(example.words) for example in examples)
    return {
        "known": known,
        "rarity": rarity,
        "weights": weights.astype(np.float16),
        "thresholds": thresholds,
        "owners": np.array(owners[: len(examples)], np.int16),
        "masked": np.frombuffer(masked.encode(), np.uint8),
    }
