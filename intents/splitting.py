"""Decides which intents are accepted, and whether one message asks two things."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intents.features import SIGNS
from intents.matcher import OUT_OF_SCOPE, Matcher
from intents.sheet import MARKS
from intents.understanding import Match
from intents.words import Words

# Thresholds, from five-fold cross-validation over 5,540 authored examples (each phrased unlike its siblings, so that
# these are lower bounds; no typing error / one in every example), as (score, margin):
#                accepted in scope %   of them wrong %   out of scope accepted %
#   (40, 5)            76 / 74              13 / 15            18 / 17
#   (45, 8)            71 / 69              12 / 13            15 / 14
#   (50, 10)           66 / 63              10 / 11            12 / 10
#   (45, 8) where a drug, route, dose or value is named, else (50, 15): 68 / 65, 11 / 12, 11 / 10. Chosen, since
#   strangers rarely name a drug; what is not accepted is asked back with its likeliest intents.
ACCEPT_SCORE, ACCEPT_MARGIN = 45.0, 8.0
BARE_SCORE, BARE_MARGIN = 50.0, 15.0  # where no drug, route, dose or value is named
CLEAR_SCORE, CLEAR_MARGIN = 75.0, 35.0  # not split: one question for certain
PART_SCORE, PART_MARGIN = 50.0, 12.0  # each part of a split message must pass by itself
STRANGE_SCORE, STRANGE_MARGIN = 60.0, 25.0  # refused as out of scope
SURELY_STRANGE_SCORE, SURELY_STRANGE_MARGIN = 75.0, 40.0  # refused although a drug or a value is named
LIKELY_SCORE = 18.0
MOST = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """Accepted intents best first, else the likeliest; or nothing that this bot is for."""

    accepted: tuple[Match, ...] = ()
    likely: tuple[Match, ...] = ()
    out_of_scope: bool = False


class Decider:
    """Accepts intents above a score and a margin."""

    def __init__(self, matcher: Matcher, words: Words) -> None:
        self._matcher, self._words = matcher, words

    def decide(
        self, words: Sequence[str], concepts: Sequence[str], clinical: bool, without: Collection[str] = ()
    ) -> Decision:
        """The intents of one utterance; `clinical` when it names a drug, a dose or a patient's value."""
        if not says_something(words):
            return Decision()
        scored = self._matcher.scored(words, concepts).without(without)
        if not scored.passes(CLEAR_SCORE, CLEAR_MARGIN):
            parts = self._parts(words)
            if len(parts) > 1:
                return Decision(parts)
        if scored.best == OUT_OF_SCOPE:
            limits = (SURELY_STRANGE_SCORE, SURELY_STRANGE_MARGIN) if clinical else (STRANGE_SCORE, STRANGE_MARGIN)
            if scored.passes(*limits):
                return Decision(out_of_scope=True)
            scored = scored.without({OUT_OF_SCOPE})
        limits = (ACCEPT_SCORE, ACCEPT_MARGIN) if clinical else (BARE_SCORE, BARE_MARGIN)
        if scored.passes(*limits):
            return Decision(self._matcher.matches(scored, words, 1))
        likely = self._matcher.matches(scored.without({OUT_OF_SCOPE}), words, MOST)
        return Decision(likely=tuple(match for match in likely if match.score >= LIKELY_SCORE))

    def _parts(self, words: Sequence[str]) -> tuple[Match, ...]:
        """The intents of the parts between "and", commas and the like, when each passes by itself."""
        parts = self._split(words)
        if len(parts) < 2:
            return ()
        found = dict[str, Match]()
        for part in parts:
            scored = self._matcher.scored(part, sorted(self._words.hints(part)))
            if scored.best != OUT_OF_SCOPE and scored.passes(PART_SCORE, PART_MARGIN):
                found.setdefault(scored.best, self._matcher.matches(scored, part, 1)[0])
        return tuple(found.values())[:MOST]

    def _split(self, words: Sequence[str]) -> list[list[str]]:
        parts: list[list[str]] = [[]]
        for word in words:
            if word in self._words.sets["splitters"] or word in SIGNS:
                parts.append([])
            else:
                parts[-1].append(word)
        return [part for part in parts if says_something(part)]


def says_something(words: Sequence[str]) -> bool:
    """Whether anything but marks and signs is there."""
    return any(word not in MARKS and word not in SIGNS for word in words)
