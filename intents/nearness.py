"""Decides what an unknown word is: a slip of our name, a name to ask about, a mistyped word, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.names import Names
from intents.spelling import FAR, Spelling
from intents.tokens import key_of
from intents.understanding import KnownName

# One edit is looked for from four letters, and answers only for names of five (DESIGN section 2, rule 2).
ANSWERED_FROM = 5
TWO_EDITS_FROM = 6  # a word of six letters may be one of eight with two left out
LONG_STRANGE = 8  # two edits from a name that is not ours are asked about only from here
# Of 1: a word, and two words, of which this much is one of our names are asked about ("siclobensaprin").
ALIKE = (0.66, 0.78)
LIKE = 2  # edits
MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Near:
    """A name near to what was typed: its key, how many edits, whose it is (our drug, or a substance).

    `meant`: our drugs that a name which belongs to none alone may stand for ("botulinum toxin").
    """

    edits: int
    key: str
    whose: str
    known: tuple[KnownName, ...]
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an unknown word was taken for; at most one of the three is set."""

    slip: KnownName | None = None
    offered: tuple[str, ...] = ()
    ours_offered: bool = False
    mended: str = ""
    tied: bool = False  # a common word is as near as the names offered


class Nearness:
    """Measures unknown words against all names and all words of the examples."""

    def __init__(self, names: Names, spelling: Spelling) -> None:
        self._names, self._spelling = names, spelling
        self._drug_of = {
            key: known.drug for key, group in names.ours.items() for known in group if known.kind == "exact"
        }
        self._paired = {key: self.whose(key, names.table.row(key)) for key in names.paired}

    def names_of(self, drug: str) -> tuple[str, ...]:
        """The exact names of one of our drugs."""
        return tuple(key for key, owner in self._drug_of.items() if owner == drug)

    def drug_called(self, name: str) -> str:
        """Our drug whose exact name this is, or nothing."""
        return self._drug_of.get(key_of(name), "")

    def whose(self, key: str, row: int) -> str:
        """Our drug that a name belongs to, else the substance it means, else the name itself."""
        if key in self._names.ours:
            return "/".join(sorted({known.drug for known in self._names.ours[key]}))
        substance = (self._names.table.substance(row) if row >= 0 else "") or key
        return self._drug_of.get(key_of(substance), substance)

    def means_another(self, key: str) -> bool:
        """Whether a brand of ours is elsewhere the brand of another substance."""
        known = self._names.ours[key][0]
        row = self._names.table.row(key)
        substance = self._names.table.substance(row) if row >= 0 else ""
        if known.kind != "brand" or not substance:
            return False
        own = {word for name in self.names_of(known.drug) for word in name.split()}
        return any(not own & set(one.replace(",", "").split()) for one in substance.split("|"))

    def judge(self, typed: str, before: str = "", after: str = "") -> Verdict:
        """The verdict on one word between its neighbours, or on several that may be one name."""
        most = 2 if len(typed) >= TWO_EDITS_FROM else 1
        names, word_edits = self._near_names(typed, most)
        mended, mended_edits = ("", FAR) if " " in typed else self._spelling.mended(typed, before, after)
        word_edits = min(word_edits, mended_edits)
        if not names:
            return Verdict(mended=mended) if mended else self.far(typed)
        if any(near.known for near in names):
            return self._ours(typed, names, mended, word_edits)
        edits = names[0].edits
        tied = word_edits == edits
        if word_edits < edits or mended_edits <= edits or (edits == 2 and (tied or len(typed) < LONG_STRANGE)):
            return Verdict(mended=mended)
        return Verdict(offered=_offered(names), ours_offered=bool(names[0].meant), mended=mended, tied=tied)

    def word(self, typed: str) -> Verdict:
        """Our drugs that an ordinary word where a drug is meant is one edit from ("lyrics 75 mg"): to be asked."""
        names = [near for near in self._near_names(typed, 1)[0] if near.known and near.known[0].kind != "misspelling"]
        return Verdict(offered=_offered(names), ours_offered=bool(names))

    def far(self, typed: str) -> Verdict:
        """Our drugs that words near to nothing known may still be meant for: to be asked, never answered."""
        if len(typed) < TWO_EDITS_FROM:
            return Verdict()
        alike = process.extract(
            typed,
            self._names.ours.keys(),
            scorer=OSA.normalized_similarity,
            score_cutoff=ALIKE[" " in typed],
            limit=None,
        )
        drugs = tuple(dict.fromkeys(known.drug for key, _, _ in alike for known in self._names.ours[key]))
        return Verdict(offered=drugs[:MOST_OFFERED], ours_offered=bool(drugs))

    def _near_names(self, typed: str, most: int) -> tuple[list[Near], int]:
        """Names within `most` edits, nearest first, and the edits to the nearest common word."""
        table, word_edits = self._names.table, FAR
        names = list[Near]()
        for edits, row in table.words.near(typed, most):
            key = table.words.word(row)
            known = self._names.ours.get(key, ())
            if not known and table.is_english(key) and table.substance(row) != key:
                word_edits = min(word_edits, edits)
            else:
                meant = () if known or table.substance(row) else self._names.confusable.get(key, ())
                names.append(Near(edits, key, self.whose(key, row), known, meant))
        return names, word_edits

    def _is_like_another(self, typed: str, whose: str) -> bool:
        """Whether a name that is known to be confused, of another drug, is within two edits."""
        alike = process.extract_iter(typed, self._paired.keys(), scorer=OSA.distance, score_cutoff=LIKE)
        return any(self._paired[name] != whose for name, _, _ in alike)

    def _ours(self, typed: str, names: list[Near], mended: str, word_edits: int) -> Verdict:
        edits = next(near.edits for near in names if near.known)
        if word_edits < edits or (word_edits == edits == 2 and mended and len(typed) < LONG_STRANGE):
            return Verdict(mended=mended)
        nearest = [near for near in names if near.edits == 1]
        answers = sorted((near for near in nearest if self._may_answer(near)), key=lambda n: n.known[0].kind != "exact")
        target = answers[0] if answers else None
        alone = target and word_edits > 1 and {near.whose for near in nearest} == {target.whose}
        if target and alone and not self._is_like_another(typed, target.whose):
            return Verdict(slip=target.known[0])
        return Verdict(offered=_offered(names), ours_offered=True)

    def _may_answer(self, near: Near) -> bool:
        return (
            len({known.drug for known in near.known}) == 1
            and not self.means_another(near.key)
            and near.known[0].kind not in ("other_product", "misspelling")
            and len(near.key) >= ANSWERED_FROM
            and near.key not in self._names.paired
        )


def _offered(names: Iterable[Near]) -> tuple[str, ...]:
    names = list(names)
    ours = [drug for near in names for drug in (*(known.drug for known in near.known), *near.meant)]
    strangers = [near.key for near in names if not near.known and not near.meant]
    return tuple(dict.fromkeys((*ours, *strangers)))[:MOST_OFFERED]
