"""Finds the names of drugs: exact and longest first, then slips; nothing is corrected silently."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.names import Names
from intents.nearness import ANSWERED_FROM, TWO_EDITS_FROM, Nearness, Verdict
from intents.spelling import Spelling
from intents.tokens import Token
from intents.understanding import DrugMention, OtherName
from intents.words import Words

LONGEST_NAME = 6  # words
SHORTEST_NAME = 3  # letters of a name that is not ours
SHORTEST_UNKNOWN = 4  # letters of a word that is looked at for slips
GLUED_FROM = 5  # letters of a name that may stick to the next word ("baclofendose")
UNITS_OF_DRUGS = frozenset({"mg", "mgs", "mcg", "ug", "g", "gram", "grams", "microgram", "micrograms", "units", "iu"})


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name found in tokens `first` to `last` (beyond); `weak` when it is an English word too."""

    first: int
    last: int
    name: DrugMention | OtherName
    weak: bool = False


@dataclass(frozen=True, slots=True)
class NamesFound:
    """Names in order, and words to be mended (token, word of the examples)."""

    spans: tuple[NameSpan, ...]
    mended: tuple[tuple[int, str], ...]


class Lexicon:
    """Our names, the names we only know, and the words of the examples."""

    def __init__(self, names: Names, words: Words, spelling: Spelling) -> None:
        self._names, self._words, self._spelling = names, words, spelling
        self._common = frozenset(words.vocabulary())
        self._nearness = Nearness(names, spelling)
        self._signs = tuple(sorted(words.sets["drug_signs"]))
        several = (key.split()[0] for key in (*names.ours, *names.combinations, *names.confusable) if " " in key)
        self._firsts = frozenset(several)
        self._products = [key for key, group in names.ours.items() if group[0].kind == "other_product" and " " in key]
        self._initials = frozenset(key[0] for key in names.ours if " " in key)

    def is_word(self, text: str) -> bool:
        """Whether a token is an ordinary word, of the examples or of English."""
        return self._spelling.holds(text) or self._names.table.is_english(text)

    def is_common(self, text: str) -> bool:
        """Whether a token is a word of English or of the clinic; examples, which may hold names, do not count."""
        return text in self._common or self._names.table.is_english(text)

    def is_ours(self, name: str) -> bool:
        """Whether a name is one of our own."""
        return name in self._names.ours

    def unglued(self, token: str) -> str:
        """A token that one of our names sticks in, spelt apart ("baclofendose"); else the token."""
        if token.endswith(self._signs):
            for sign in self._signs:
                name = token.removesuffix(sign)
                if len(name) >= GLUED_FROM and name != token and name in self._names.ours:
                    return f"{name} {sign}"
        return token

    def find(self, tokens: Sequence[Token], written: Sequence[str]) -> NamesFound:
        """Every name in the tokens; `written` says how each token was spelt."""
        spans, place = list[NameSpan](), 0
        while place < len(tokens):
            exact = self._exact(tokens, written, place)
            # "Gaba pentin": what a space made of one of our names comes before a stranger's name in it.
            split = None if exact and not _is_strangers(exact) else self._split(tokens, written, place)
            span = split or exact
            if span:
                spans.append(span)
            place = span.last if span else place + 1
        taken = {place for span in spans for place in range(span.first, span.last)}
        strange = [
            place
            for place, token in enumerate(tokens)
            if place not in taken and len(token.text) >= SHORTEST_UNKNOWN and self._is_strange(token.text)
        ]
        mended = list[tuple[int, str]]()
        for place in strange:
            if place not in taken:
                self._unknown(tokens, written, place, taken, spans, mended)
        if not spans:
            spans += self._words_for_names(tokens, written)
        spans = [self._as_product(span, tokens, written) for span in spans]
        return NamesFound(tuple(sorted(spans, key=lambda span: span.first)), tuple(mended))

    def _as_product(self, span: NameSpan, tokens: Sequence[Token], written: Sequence[str]) -> NameSpan:
        """ "Gabapentin encarbil": a name and a strange word that are all but another product are that product."""
        after = tokens[span.last] if span.last < len(tokens) else None
        if not isinstance(span.name, DrugMention) or after is None or after.breaks or self.is_word(after.text):
            return span
        key = f"{span.name.name} {after.text}"
        products = [name for name in self._products if name.startswith(f"{span.name.name} ")]
        near = process.extractOne(key, products, scorer=OSA.distance, score_cutoff=2) if products else None
        if near is None:
            return span
        other = OtherName(
            "other_product", " ".join(written[span.first : span.last + 1]), near[0], "", (span.name.drug,)
        )
        return NameSpan(span.first, span.last + 1, other)

    def _words_for_names(self, tokens: Sequence[Token], written: Sequence[str]) -> list[NameSpan]:
        """Where no name is found, an English word where a drug is meant may be a slip of one ("lyrics 75 mg")."""
        for place, token in enumerate(tokens):
            ordinary = self._names.table.is_english(token.text)
            if ordinary and len(token.text) >= ANSWERED_FROM and self._is_meant(tokens, place, place + 1, True):
                offered = self._nearness.word(token.text).offered
                if offered:
                    return [NameSpan(place, place + 1, OtherName("offered", written[place], candidates=offered))]
        return []

    def _is_strange(self, text: str) -> bool:
        return not text.isdecimal() and not self.is_word(text)

    def _exact(self, tokens: Sequence[Token], written: Sequence[str], place: int) -> NameSpan | None:
        for last in range(self._furthest(tokens, place), place, -1):
            key = " ".join(token.text for token in tokens[place:last])
            said = " ".join(written[place:last])
            if key in self._names.ours:
                return NameSpan(place, last, self._ours(key, said))
            span = self._known(key, said, tokens, place, last)
            if span:
                return span
        singular = tokens[place].text.removesuffix("s")
        if singular != tokens[place].text and singular in self._names.ours:
            return NameSpan(place, place + 1, self._ours(singular, written[place]))
        return None

    def _furthest(self, tokens: Sequence[Token], place: int) -> int:
        first = tokens[place].text
        if first not in self._firsts and not self._names.table.words.begins_longer(first):
            return place + 1
        last = place + 1
        while last < min(len(tokens), place + LONGEST_NAME) and not tokens[last].breaks:
            last += 1
        return last

    def _ours(self, key: str, said: str) -> DrugMention | OtherName:
        group = self._names.ours[key]
        drugs = tuple(dict.fromkeys(known.drug for known in group))
        if len(drugs) > 1 or self._nearness.means_another(key):
            return OtherName("offered", said, name=key, candidates=drugs)
        known = group[0]
        if known.kind == "other_product":
            return OtherName("other_product", said, name=known.name, candidates=drugs)
        if known.kind == "misspelling":
            return DrugMention(known.drug, said, known.drug, slip=True)
        return DrugMention(known.drug, said, known.name)

    def _known(self, key: str, said: str, tokens: Sequence[Token], place: int, last: int) -> NameSpan | None:
        """A name that is not ours, unless it is an ordinary word where no drug is meant."""
        if len(key) < SHORTEST_NAME or key in self._words.tags or key.isdecimal():
            return None
        parts = self._names.combinations.get(key)
        if parts:
            return NameSpan(place, last, self._combination(said, parts))
        row = self._names.table.row(key)
        if row < 0:
            return None
        substance = self._names.table.substance(row)
        weak = self._names.table.is_english(key) and key not in self._words.members
        if weak and not self._is_meant(tokens, place, last, substance == key):
            return None
        if not substance:
            drugs = self._names.confusable.get(key, ())
            return NameSpan(place, last, OtherName("offered", said, name=key, candidates=drugs))
        if " + " in substance:
            return NameSpan(place, last, self._combination(said, tuple(substance.split(" + "))))
        text = substance.replace("|", " or ")
        return NameSpan(place, last, OtherName("no_facts", said, name=said.casefold(), substance=text), weak)

    def _combination(self, said: str, parts: tuple[str, ...]) -> OtherName:
        """A combination that holds a drug of ours; one that holds none is a name without facts."""
        mapped = tuple(self._nearness.drug_called(part) or part for part in parts)
        if any(self._nearness.drug_called(part) for part in parts):
            return OtherName("combination", said, name=said.casefold(), parts=mapped)
        return OtherName("no_facts", said, name=said.casefold(), substance=" + ".join(parts))

    def _is_meant(self, tokens: Sequence[Token], place: int, last: int, own_name: bool) -> bool:
        """Whether an English word stands as a drug: beside a dose, or, naming itself, beside other signs."""
        after = [token.text for token in tokens[last : last + 2]]
        before = [token.text for token in tokens[max(0, place - 2) : place]]
        if (after[:1] and after[0].isdecimal() and after[1:] and after[1] in UNITS_OF_DRUGS) or (
            before[1:] and before[0].isdecimal() and before[1] in UNITS_OF_DRUGS
        ):
            return True
        if not own_name:
            return False
        if last - place == len(tokens):
            return True
        sets = self._words.sets
        beside = {*before[-1:], *after[:1]}
        return bool(beside & sets["drug_signs"]) or bool(set(before[-1:]) & sets["weak_drug_signs"])

    def _split(self, tokens: Sequence[Token], written: Sequence[str], place: int) -> NameSpan | None:
        """One of our names with a space in it ("bac lofen")."""
        if place + 1 >= len(tokens) or tokens[place + 1].breaks:
            return None
        pair = tokens[place].text, tokens[place + 1].text
        key = "".join(pair)
        if key not in self._names.ours or all(map(self.is_word, pair)) or set(pair) & self._words.sets["connecting"]:
            return None
        last = place + 2
        for end in range(min(len(tokens), place + LONGEST_NAME), last, -1):
            longer = " ".join((key, *(token.text for token in tokens[last:end])))
            if longer in self._names.ours:
                key, last = longer, end
                break
        found = self._ours(key, " ".join(written[place:last]))
        if not isinstance(found, DrugMention):
            return NameSpan(place, last, found)
        if key in self._names.paired or any(self._is_a_strangers(half) for half in pair):
            return NameSpan(place, last, OtherName("offered", found.written, candidates=(found.drug,)))
        return NameSpan(place, last, replace(found, slip=True))

    def _is_a_strangers(self, key: str) -> bool:
        row = self._names.table.row(key)
        return row >= 0 and key not in self._names.ours and bool(self._names.table.substance(row))

    def _unknown(
        self,
        tokens: Sequence[Token],
        written: Sequence[str],
        place: int,
        taken: set[int],
        spans: list[NameSpan],
        mended: list[tuple[int, str]],
    ) -> None:
        """Takes one unknown word for a slip, for a name to ask about, or for a mistyped word."""
        first, last, verdict = self._best_verdict(tokens, place, taken)
        said = " ".join(written[first:last])
        if verdict.slip:
            spans.append(NameSpan(first, last, DrugMention(verdict.slip.drug, said, verdict.slip.name, slip=True)))
        elif verdict.offered and (verdict.ours_offered or self._may_ask(verdict, tokens, place, spans)):
            spans.append(NameSpan(first, last, OtherName("offered", said, candidates=verdict.offered)))
        else:
            if verdict.mended:
                mended.append((place, verdict.mended))
                return
            if not self._is_unknown_name(tokens, place, spans):
                return
            spans.append(NameSpan(first, last, OtherName("unknown", said)))
        taken.update(range(first, last))

    def _is_unknown_name(self, tokens: Sequence[Token], place: int, spans: Sequence[NameSpan]) -> bool:
        """ "Flibberdozole max": a word near to nothing, right beside one that follows a drug's name."""
        beside = set(neighbours(tokens, place)) & self._words.sets["drug_signs"]
        named = any(isinstance(span.name, DrugMention) for span in spans)
        return bool(beside) and not named and len(tokens[place].text) >= TWO_EDITS_FROM

    def _best_verdict(self, tokens: Sequence[Token], place: int, taken: set[int]) -> tuple[int, int, Verdict]:
        """The verdict on a word and a neighbour if they make one of our names, else on it alone."""
        pairs = [
            (first, f"{tokens[first].text} {tokens[first + 1].text}")
            for first in (place - 1, place)
            if first >= 0
            and first + 2 <= len(tokens)
            and not tokens[first + 1].breaks
            and not {first, first + 1} & taken
        ]
        for first, pair in pairs:
            if pair[0] in self._initials:
                verdict = self._nearness.judge(pair)
                if verdict.slip or verdict.ours_offered:
                    return first, first + 2, verdict
        alone = self._nearness.judge(tokens[place].text, *neighbours(tokens, place))
        if alone == Verdict():
            for first, pair in pairs:
                verdict = self._nearness.far(pair)
                if verdict.offered:
                    return first, first + 2, verdict
        return place, place + 1, alone

    def _may_ask(self, verdict: Verdict, tokens: Sequence[Token], place: int, spans: Sequence[NameSpan]) -> bool:
        """A name that may be a stranger's is asked about where it could be the drug of the question."""
        if not verdict.tied and not any(isinstance(span.name, DrugMention) for span in spans):
            return True
        before, after = neighbours(tokens, place)
        sets = self._words.sets
        if {before, after} & sets["between_names"]:
            return True
        return before in sets["joiners"] | sets["weak_drug_signs"] or {before, after} & sets["drug_signs"] != set()


def _is_strangers(span: NameSpan) -> bool:
    return isinstance(span.name, OtherName) and span.name.kind == "no_facts"


def neighbours(tokens: Sequence[Token], place: int) -> tuple[str, str]:
    """The words right before and after a token."""
    before = tokens[place - 1].text if place else ""
    return before, tokens[place + 1].text if place + 1 < len(tokens) else ""
