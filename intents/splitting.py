"""Decides which intents are accepted, and whether one message asks two things."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intents.features import SIGNS
from intents.matcher import OUT_OF_SCOPE, Matcher
from intents.sheet import MARKS
from intents.understanding import Match
from intents.words import Words

# Thresholds, measured on 2,560 questions and 500 strangers by two authors whose examples were left out (score at least
# 30 throughout; from 0 to 40 it changes next to nothing). % of questions right / wrong at once:
#   margin                             15           18           21           25           30
#   a drug, route, dose or value   93.7 / 1.4   92.4 / 1.1   92.0 / 0.8   90.5 / 0.5   88.1 / 0.5
#     with a slip of the finger    92.4 / 1.4   91.2 / 1.2   90.7 / 0.9   89.0 / 0.7   86.3 / 0.7
#   nothing of the kind            93.1 / 1.3   92.0 / 1.1   91.0 / 1.0   89.7 / 0.8   88.1 / 0.5
#     with a slip of the finger    91.8 / 1.7   90.6 / 1.4   89.6 / 1.2   87.9 / 1.2   86.0 / 0.8
# Chosen for at most 1 % wrong with a slip. What is not accepted is asked back with its likeliest intents.
ACCEPT_SCORE, ACCEPT_MARGIN = 30.0, 25.0
BARE_SCORE, BARE_MARGIN = 30.0, 30.0  # where no drug, route, dose or value is named
CLEAR_SCORE, CLEAR_MARGIN = 75.0, 35.0  # one question for certain, unless every part is one as surely
PART_SCORE, PART_MARGIN = 50.0, 12.0  # each part of a split message must pass by itself
SURE_PART_SCORE, SURE_PART_MARGIN = 65.0, 45.0  # where the whole may be one question
COMPARED, VERSUS = "comparison", "versus"
JUDGED, JUDGING = "dose_check", "judge"  # a dose that is only named beside a question is not to be judged
LISTED = 2  # words of the parts of a list ("dose, renal, side effects")
# "A drinker with cirrhosis, any reduction?" is one question about a patient, whom the part before the comma describes.
PATIENTS = frozenset({"renal", "dialysis", "hepatic", "child", "older_adult", "pregnancy", "breast_feeding"})
CONDITIONAL = frozenset({"in", "with", "for"})
GENERAL = frozenset({"dose", "overview"})  # "frail patient, what dose" is one question: these add nothing to it
# Refused as out of scope where that is likelier than the likeliest question by so much. On the same sets, % of longer
# messages without a drug that are refused, of questions / of strangers: -10: 1.5 / 96.8, 0: 0.9 / 94.7, 10: 0.3 / 92.0,
# 20: 0 / 88.8; of those that name a drug, a dose or a value 0: 0.3 / 89.7, 20: 0 / 82.8. In a thread about a drug a
# follow-up may say next to nothing, and beside a drug's name a strange word may be what it is taken with.
STRANGE, STRANGE_BESIDE_DRUG = 0.0, 20.0
FAR_FROM_STRANGE = 100.0  # where nothing is asked
LIKELY_SCORE = 18.0
MOST_LIKELY, MOST_PARTS = 3, 4


@dataclass(frozen=True, slots=True)
class Decision:
    """Accepted intents best first, else the likeliest; or nothing that this bot is for.

    `strangeness`: how much likelier talk out of scope is than the likeliest question.
    """

    accepted: tuple[Match, ...] = ()
    likely: tuple[Match, ...] = ()
    out_of_scope: bool = False
    strangeness: float = -FAR_FROM_STRANGE


class Decider:
    """Accepts intents above a score and a margin."""

    def __init__(self, matcher: Matcher, words: Words) -> None:
        self._matcher, self._words = matcher, words

    def decide(
        self,
        words: Sequence[str],
        concepts: Sequence[str],
        clinical: bool,
        without: Collection[str] = (),
        in_thread: bool = False,
    ) -> Decision:
        """The intents of one utterance; `clinical` when it names a drug, a dose or a patient's value.

        `in_thread`: a drug is spoken of already, and words that name none are likely about it.
        """
        if not says_something(words):
            return Decision()
        scored = self._matcher.scored(words, concepts).without(without)
        parts = self._parts(words, scored.passes(CLEAR_SCORE, CLEAR_MARGIN))
        if len(parts) > 1:
            return Decision(parts, strangeness=scored.strangeness)
        limits = (ACCEPT_SCORE, ACCEPT_MARGIN) if clinical or in_thread else (BARE_SCORE, BARE_MARGIN)
        accepted = scored.best != OUT_OF_SCOPE and scored.passes(*limits)
        aspect = self._aspect(words) if scored.best == COMPARED and VERSUS in self._words.hints(words) else ()
        if aspect:
            compared = self._matcher.matches(scored, words, 1)
            return Decision((*compared, *aspect), strangeness=scored.strangeness)
        whole = self._matcher.matches(scored, words, 1) if accepted or scored.best in PATIENTS else ()
        asked = () if accepted and scored.best not in PATIENTS else self._asked_of_condition(words)
        if asked and not whole:
            whole = tuple(match for match in self._matcher.matches(scored, words, 2) if match.intent in PATIENTS)
        if not accepted and not asked:
            asked = self._asked_beside_description(words)
            whole = () if asked else whole
        if accepted or asked:
            return Decision((*asked, *whole), strangeness=scored.strangeness)
        if scored.strangeness >= (STRANGE_BESIDE_DRUG if in_thread or clinical else STRANGE):
            return Decision(out_of_scope=True, strangeness=scored.strangeness)
        likely = self._matcher.matches(scored.without({OUT_OF_SCOPE}), words, MOST_LIKELY)
        likely = tuple(match for match in likely if match.score >= LIKELY_SCORE)
        return Decision(likely=likely, strangeness=scored.strangeness)

    def _aspect(self, words: Sequence[str]) -> tuple[Match, ...]:
        """ "X vs Y side effects": what is compared, where the words besides the comparison are surely one question."""
        rest = [word for word in words if word not in MARKS and VERSUS not in self._words.hints([word])]
        if not says_something(rest):
            return ()
        scored = self._matcher.scored(rest, self._concepts(rest)).without({COMPARED, OUT_OF_SCOPE})
        return self._matcher.matches(scored, rest, 1) if scored.passes(SURE_PART_SCORE, SURE_PART_MARGIN) else ()

    def _asked_of_condition(self, words: Sequence[str]) -> tuple[Match, ...]:
        """ "How do I stop it in renal failure": what is asked for a condition that would by itself be the question."""
        for place in (place for place, word in enumerate(words) if word in CONDITIONAL and place):
            before, after = words[:place], words[place + 1 :]
            if not says_something(before) or not self._words.populations(after):
                continue
            scored = self._matcher.scored(before, self._concepts(before))
            if scored.best not in PATIENTS | GENERAL | {OUT_OF_SCOPE} and scored.passes(
                SURE_PART_SCORE, SURE_PART_MARGIN
            ):
                return self._matcher.matches(scored, before, 1)
        return ()

    def _asked_beside_description(self, words: Sequence[str]) -> tuple[Match, ...]:
        """ "78 y woman, max?": the one part that asks, where the others only say who it is about."""
        parts, _ = self._split(words)
        asking = [part for part in parts if not self._describes(part)]
        if len(parts) < 2 or len(asking) != 1:
            return ()
        scored = self._matcher.scored(asking[0], self._concepts(asking[0]))
        surely = scored.best != OUT_OF_SCOPE and scored.passes(SURE_PART_SCORE, SURE_PART_MARGIN)
        return self._matcher.matches(scored, asking[0], 1) if surely else ()

    def _describes(self, part: Sequence[str]) -> bool:
        sets = self._words.sets
        silent = MARKS | sets["person"] | sets["sex_words"] | sets["connecting"]
        return all(word in silent for word in part)

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
            concepts = self._concepts(part)
            scored = self._matcher.scored(part, concepts)
            passes = scored.best != OUT_OF_SCOPE and scored.passes(*limits)
            if passes and not (scored.best == JUDGED and JUDGING not in concepts):
                found.setdefault(scored.best, self._matcher.matches(scored, part, 1)[0])
            elif clear:
                return ()
        if loose and PATIENTS & set(found):
            return ()
        if comma and len(parts) == 2:
            found = {intent: match for intent, match in found.items() if intent not in GENERAL}
        return tuple(found.values())[:MOST_PARTS]

    def _concepts(self, part: Sequence[str]) -> list[str]:
        populations = (f"population:{value}" for value in self._words.populations(part))
        return sorted({*populations, *self._words.hints(part)})

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
