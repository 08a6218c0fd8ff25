"""Decides which intents are accepted, and whether one message asks two things."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intents.catalogue import Catalogue
from intents.features import SIGNS
from intents.matcher import OUT_OF_SCOPE, Matcher
from intents.sheet import MARKS
from intents.understanding import Match
from intents.words import Words

ACCEPT_SCORE, ACCEPT_MARGIN = 42.0, 6.0
CLEAR_SCORE, CLEAR_MARGIN = 75.0, 35.0  # not split: one question for certain
PART_SCORE, PART_MARGIN = 50.0, 12.0  # each part of a split message must pass by itself
LIKELY_SCORE = 18.0
MOST = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """Accepted intents best first, else the likeliest; or nothing that this bot is for."""

    accepted: tuple[Match, ...]
    likely: tuple[Match, ...] = ()
    out_of_scope: bool = False


class Decider:
    """Accepts intents above a score and a margin."""

    def __init__(self, matcher: Matcher, catalogue: Catalogue, words: Words) -> None:
        self._matcher, self._catalogue, self._words = matcher, catalogue, words

    def decide(self, words: Sequence[str], concepts: Iterable[str]) -> Decision:
        """The intents of one utterance, given as words and marks."""
        if not any(word not in MARKS and word not in SIGNS for word in words) and not concepts:
            return Decision(())
        concepts = tuple(concepts)
        ranked = self._matcher.ranked(words, concepts, MOST)
        best = ranked[0]
        if best.score < CLEAR_SCORE or best.margin < CLEAR_MARGIN:
            parts = self._parts(words)
            if len(parts) > 1:
                return Decision(parts)
        if best.score >= ACCEPT_SCORE and best.margin >= ACCEPT_MARGIN:
            if best.intent == OUT_OF_SCOPE:
                return Decision((), out_of_scope=True)
            return Decision((best,))
        likely = tuple(m for m in ranked if m.intent != OUT_OF_SCOPE and m.score >= LIKELY_SCORE)
        return Decision((), likely)

    def _parts(self, words: Sequence[str]) -> tuple[Match, ...]:
        """The intents of the parts between "and", commas and the like, when each passes by itself."""
        parts = self._split(words)
        if len(parts) < 2:
            return ()
        found = dict[str, Match]()
        for part in parts:
            best = self._matcher.ranked(part, sorted(self._words.hints(part)), 1)[0]
            if best.score >= PART_SCORE and best.margin >= PART_MARGIN and best.intent != OUT_OF_SCOPE:
                found.setdefault(best.intent, best)
        return tuple(found.values())[:MOST]

    def _split(self, words: Sequence[str]) -> list[list[str]]:
        parts: list[list[str]] = [[]]
        for word in words:
            if word in self._words.sets["splitters"] or word in SIGNS:
                parts.append([])
            else:
                parts[-1].append(word)
        return [part for part in parts if any(word not in MARKS for word in part)]
