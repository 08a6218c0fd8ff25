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
ACCEPT_SCORE, ACCEPT_MARGIN = 50.0, 25.0
BARE_SCORE, BARE_MARGIN = 50.0, 30.0  # where no drug, route, dose or value is named
CLEAR_SCORE, CLEAR_MARGIN = 75.0, 35.0  # not split: one question for certain
PART_SCORE, PART_MARGIN = 50.0, 12.0  # each part of a split message must pass by itself
SURE_PART_SCORE, SURE_PART_MARGIN = 60.0, 40.0  # where the whole may be one question
LISTED = 2  # words of the parts of a list ("dose, renal, side effects")
# "A drinker with cirrhosis, any reduction?" is one question about a patient, whom the part before the comma describes.
PATIENTS = frozenset({"renal", "dialysis", "hepatic", "child", "older_adult", "pregnancy", "breast_feeding"})
GENERAL = frozenset({"dose", "overview"})  # "frail patient, what dose" is one question: these add nothing to it
STRANGE = -2.0  # refused as out of scope
SURELY_STRANGE = 40.0  # refused although a drug or a value is named
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
        parts = self._parts(words, scored.passes(CLEAR_SCORE, CLEAR_MARGIN))
        if len(parts) > 1:
            return Decision(parts)
        limits = (ACCEPT_SCORE, ACCEPT_MARGIN) if clinical else (BARE_SCORE, BARE_MARGIN)
        if scored.best != OUT_OF_SCOPE and scored.passes(*limits):
            return Decision(self._matcher.matches(scored, words, 1))
        clinical = clinical or not self._words.sets["drug_signs"].isdisjoint(words)
        if scored.strangeness >= (SURELY_STRANGE if clinical else STRANGE):
            return Decision(out_of_scope=True)
        likely = self._matcher.matches(scored.without({OUT_OF_SCOPE}), words, MOST)
        return Decision(likely=tuple(match for match in likely if match.score >= LIKELY_SCORE))

    def _parts(self, words: Sequence[str], clear: bool) -> tuple[Match, ...]:
        """The intents of the parts between "and", commas and the like, when each passes by itself.

        Where the whole is clearly one question, or only a comma stands between longer parts, the parts must be surer.
        """
        parts, comma = self._split(words)
        if len(parts) < 2:
            return ()
        loose = comma and any(len(part) > LISTED for part in parts)
        limits = (SURE_PART_SCORE, SURE_PART_MARGIN) if clear or loose else (PART_SCORE, PART_MARGIN)
        found = dict[str, Match]()
        for part in parts:
            scored = self._matcher.scored(part, sorted(self._words.hints(part)))
            passes = scored.best != OUT_OF_SCOPE and scored.passes(*limits)
            if passes:
                found.setdefault(scored.best, self._matcher.matches(scored, part, 1)[0])
            elif clear:
                return ()
        if loose and PATIENTS & set(found):
            return ()
        if comma and len(parts) == 2:
            found = {intent: match for intent, match in found.items() if intent not in GENERAL}
        return tuple(found.values())[:MOST]

    def _split(self, words: Sequence[str]) -> tuple[list[list[str]], bool]:
        """The parts that say something, and whether only commas stand between them."""
        parts: list[list[str]] = [[]]
        between = set[str]()
        for word in words:
            if word in self._words.sets["splitters"] or word in SIGNS:
                parts.append([])
                between.add(word)
            else:
                parts[-1].append(word)
        return [part for part in parts if says_something(part)], between == {","}


def says_something(words: Sequence[str]) -> bool:
    """Whether anything but marks and signs is there."""
    return any(word not in MARKS and word not in SIGNS for word in words)
