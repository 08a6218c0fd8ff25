"""Lifts everything that is not the question itself out of an utterance: names, values, doses, people."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from intents.asides import Asides
from intents.beside import Settled
from intents.body import mark_numbers, read_age, read_height, read_weight
from intents.expressions import Expression
from intents.lexicon import NameSpan
from intents.organs import (
    is_pregnant,
    read_child_pugh,
    read_ckd_stage,
    read_clearance,
    read_creatinine,
    read_weeks_pregnant,
)
from intents.proposed_dose import DoseReader
from intents.sheet import BLANK, CLASS, DRUG, INDICATION, ROUTE, Sheet
from intents.tokens import Token, key_of
from intents.understanding import DrugMention, OtherName, PatientValues, ProposedDose, Slots
from intents.words import Tagged, Words

_COUNTED = re.compile(r"\s*(?:[:,;]|$)")  # "patient 2:" is a number of patients, "patient 2 years" is not
FIRST_WORDS = 4  # "bed 4" speaks of another patient only at the head of a message
_MARKED = {"route": ROUTE, "indication": INDICATION, "class": CLASS}
# Phrases that may ask something by themselves ("dose", "at night", "alcohol"); doses have taken theirs already.
_ASKING = frozenset({"class", "neutral", "frequency", "per_day", "per_dose", "comparing", "relative", "with_it"})
# "No renal adjustment?" denies nothing of the patient; "not pregnant" does.
_DENIABLE = frozenset({"pregnancy", "breast_feeding"})
_NOT = frozenset({"not", "no", "non", "without", "isnt", "never"})
_ON = frozenset(
    {
        "on",
        "receiving",
        "undergoing",
        "getting",
        "needs",
        "needing",
        "having",
        "starting",
        "started",
        "has",
        "gets",
    }
)
_JOINING = Expression(r"\W*(?:(?:and|or|what about|how about)\s+)?(?:with|plus|together with|alongside)\s+")
_TAKING = Expression(
    r"\b(?:takes?|taking|took|has|gets|uses?|using|prescribed|(?:is|are|was|already|also) on|with)"
    r"\s+(?:(?:an?|the|his|her)\s+)?$"
)
# As above, but only what one patient takes now: "with warfarin?" may be a question alone, "took" is over.
_TAKES_NOW = Expression(
    r"(?:(?<!not )(?<!n't )(?<!stopped )(?<!never )\b(?:takes|taking)"
    r"|(?:^|[,;.]\s*|\b(?:is|are|already|also|currently|now|patient|pt|she|he)\s+)on)"
    r"\s+(?:(?:an?|the|his|her)\s+)?$"
)
_INSTEAD = Expression(r"\binstead\b(?! of\b)")
_FROM = Expression(r"\b(?:from|off)\s*$")
_BARE_NO = Expression(r"\s*(?:no|nope)\b[\s,.-]*(?:not\b.*)?$")


class SlotReader:
    """Reads the slots of one utterance; the sheet keeps what is left for the matcher."""

    def __init__(
        self, words: Words, sheet: Sheet, tokens: Sequence[Token], names: Settled, asides: Asides | None = None
    ) -> None:
        self._words, self._sheet, self._tokens, self._names = words, sheet, tokens, names
        self._asides = asides or Asides(names.spans)
        taken = {place for span in names.spans for place in range(span.first, span.last)}
        self.tagged = [found for found in words.find(tokens, taken) if not self._only_describes(found)]

    def slot_words(self) -> set[str]:
        """The words of all phrases that name a route, a population, a patient, a turn of the thread."""
        slots = [found for found in self.tagged if any(kind not in _ASKING for kind, _ in found.tags)]
        return {word for found in slots for word in found.key.split()}

    def _only_describes(self, found: Tagged) -> bool:
        """A class in brackets after a name is what that drug is, no partner of it."""
        said = any(kind == "class" for kind, _ in found.tags)
        return said and self._asides.holds(self._tokens[found.first].start)

    def read(self) -> Slots:
        """All slots of the utterance."""
        text = self._sheet.text
        switch, correction, back = (
            self._switch(),
            self._has("correction") or self._bare_no(),
            self._has("back"),
        )
        spans = self._not_meant()
        new_patient, comparing = self._has("new_patient") or self._newcomer(), self._has("comparing")
        for span in self._names.spans:
            self._sheet.take(self._tokens[span.first].start, self._tokens[span.last - 1].end, DRUG)
        patient = self._patient()
        self.tagged = [found for found in self.tagged if self._sheet.text[self._place(found)[0]] != BLANK]
        classes, populations = self._classes(), self._values("population")
        routes, indications = self._values("route"), self._values("indication")
        for found in self.tagged:
            self._mark(found)
        if patient.child_pugh:
            populations = self._without_child(populations)
        doses = self._doses()
        mark_numbers(self._sheet)
        for start, end in self._asides.places:
            self._sheet.take(start, end, "")
        return Slots(
            drugs=_unique(span.name for span in spans if isinstance(span.name, DrugMention)),
            others=tuple(span.name for span in spans if isinstance(span.name, OtherName)),
            joined=self._names.joined,
            with_classes=classes,
            routes=routes,
            indications=indications,
            populations=populations,
            denied=self._denied(),
            patient=patient,
            doses=doses,
            relative=next((Decimal(value) for value in self._values("relative")), None),
            unclear=tuple(self._sheet.unclear),
            new_patient=new_patient,
            correction=correction,
            back=back,
            agrees=bool(self._tokens) and all(one.text in self._words.sets["agreeing"] for one in self._tokens),
            comparing=comparing,
            taken=self._is_taken(),
            takes=self._takes_now(),
            dosing=self._says("dosing"),
            labelling=self._says("labelling"),
            with_it=self._has("with_it") or self._begins_with_partner(),
            instead=_INSTEAD.search(text) is not None,
            switch=switch,
            read_as=tuple(self._sheet.read_as),
        )

    def _says(self, words: str) -> bool:
        """Whether one of a set of words is said."""
        return any(token.text in self._words.sets[words] for token in self._tokens)

    def _doses(self) -> tuple[ProposedDose, ...]:
        doses = DoseReader(self._sheet, self._tokens, self.tagged, self._words, self._is_anothers).read()
        for found in self.tagged:
            safe = self._words.pairs["say_back"].get(found.key)
            start, end = self._place(found)
            if safe and (found.key not in self._words.sets["only_after_dose"]):
                self._sheet.echo(start, end, safe)
        return doses

    def _is_anothers(self, place: int) -> bool:
        """ "Tramadol 100 mg with baclofen": whether a number stands right behind a name that is none of ours."""
        ends = ((self._tokens[span.last - 1].end, span.name) for span in self._names.spans)
        beside = (name for end, name in ends if end <= place and not self._sheet.text[end:place].strip(BLANK + " "))
        return any(isinstance(name, OtherName) and name.kind in ("no_facts", "combination") for name in beside)

    def _place(self, found: Tagged) -> tuple[int, int]:
        return self._tokens[found.first].start, self._tokens[found.last - 1].end

    def _mark(self, found: Tagged) -> None:
        for kind, _ in found.tags:
            if kind in _MARKED:
                self._sheet.take(*self._place(found), _MARKED[kind])
                return

    def _is_taken(self) -> bool:
        """ "She takes fluvoxamine", "patient is on amiodarone"."""
        return bool(self._names.spans) and _TAKING.search(self._before(self._names.spans[0])) is not None

    def _takes_now(self) -> tuple[str, ...]:
        """The substances without facts that a patient takes now."""
        taken = (span for span in self._names.spans if _TAKES_NOW.search(self._before(span)))
        others = (span.name for span in taken if isinstance(span.name, OtherName))
        held = (other for other in others if other.kind in ("no_facts", "combination"))
        return tuple(name for other in held for name in (other.substance or other.name).split(" + "))

    def _begins_with_partner(self) -> bool:
        """ "with baclofen?", "plus tizanidine": a name that is only joined to what was spoken of."""
        return bool(self._names.spans) and _JOINING.fullmatch(self._before(self._names.spans[0])) is not None

    def _has(self, kind: str) -> bool:
        return any(tag == kind for found in self.tagged for tag, _ in found.tags)

    def _values(self, kind: str) -> tuple[str, ...]:
        """The values of one kind of tag, in order, without those that are negated."""
        values = [
            value for found in self.tagged for tag, value in found.tags if tag == kind and not self._negated(found)
        ]
        return tuple(dict.fromkeys(values))

    def _denied(self) -> tuple[str, ...]:
        tags = (tag for found in self.tagged if self._negated(found) for tag in found.tags)
        return tuple(dict.fromkeys(value for kind, value in tags if kind == "population" and value in _DENIABLE))

    def _negated(self, found: Tagged) -> bool:
        before = self._tokens[max(0, found.first - 2) : found.first]
        return any(token.text in _NOT for token in before)

    def _classes(self) -> tuple[str, ...]:
        classes = list(self._values("class"))
        for span in self._names.spans:
            name = span.name
            if isinstance(name, OtherName) and name.kind == "no_facts":
                substance = key_of(name.substance)
                classes += self._words.members.get(key_of(name.name), ())
                classes += self._words.members.get(substance, ()) or self._words.members.get(
                    substance.partition(" ")[0], ()
                )
        return tuple(dict.fromkeys(classes))

    def _patient(self) -> PatientValues:
        sheet, stages = self._sheet, self._values("ckd")
        values: dict[str, object] = {
            "ckd_stage": read_ckd_stage(sheet) or (stages[0] if stages else None),
            "child_pugh": read_child_pugh(sheet),
            "dialysis": self._dialysis(),
        }
        sex = None
        if any(map(str.isdecimal, sheet.text)):
            values |= read_clearance(sheet)
            values |= {"creatinine": read_creatinine(sheet), "pregnancy": read_weeks_pregnant(sheet)}
            values |= {"height": read_height(sheet), "weight": read_weight(sheet)}
            values["age"], sex = read_age(sheet)
        pregnancy = values.get("pregnancy") or next(iter(self._values("trimester")), None)
        values["pregnancy"] = pregnancy or ("yes" if is_pregnant(sheet) else None)
        found = any(value is not None for value in values.values())
        return PatientValues(sex=sex or self._sex(found), **values)  # type: ignore[arg-type]

    def _without_child(self, populations: tuple[str, ...]) -> tuple[str, ...]:
        """Without the child that is only the first half of "Child-Pugh"."""
        children = [found for found in self.tagged if ("population", "child") in found.tags]
        others = [value for value in populations if value != "child" or len(children) > 1]
        return tuple(dict.fromkeys((*others, "hepatic")))

    def _sex(self, beside_value: bool) -> str | None:
        for found in self.tagged:
            sex = dict(found.tags).get("sex")
            if sex and (found.key in self._words.sets["sex_words"] or (beside_value and len(found.key) > 1)):
                return sex
        return None

    def _dialysis(self) -> str | None:
        """The kind of dialysis, when one patient is said to be on it; "no" when said not to be."""
        kinds = list[str]()
        for found in self.tagged:
            kind = dict(found.tags).get("dialysis")
            if not kind:
                continue
            if self._negated(found):
                return "no"
            before = {token.text for token in self._tokens[max(0, found.first - 2) : found.first]}
            if kind != "yes" or before & _ON or len(found.key.split()) > 1 or found.key.endswith("sed"):
                kinds.append(kind)
        return next((kind for kind in kinds if kind != "yes"), kinds[0] if kinds else None)

    def _newcomer(self) -> bool:
        """ "Bed 4", "patient 2:" and "another man" at the head of a message speak of somebody new."""
        words = self._words.sets
        for one, other in pairwise(self._tokens[:FIRST_WORDS]):
            numbered = len(other.text) == 1 and _COUNTED.match(self._sheet.text, other.end) is not None
            if (
                (one.text in words["bed"] and other.text.isdecimal())
                or (one.text in words["newcomer"] and other.text in words["bed"] | words["person"])
                or (one.text in words["person"] and numbered)
            ):
                says_whom = other.text in self._words.tags
                self._sheet.take(one.start, one.end if says_whom else other.end, "")
                return True
        return False

    def _bare_no(self) -> bool:
        """ "no, dantrolene": a correction that is only the name."""
        if not self._names.spans:
            return False
        return bool(_BARE_NO.fullmatch(self._sheet.text[: self._tokens[self._names.spans[0].first].start]))

    def _before(self, span: NameSpan) -> str:
        return self._sheet.text[: self._tokens[span.first].start]

    def _not_meant(self) -> list[NameSpan]:
        """The names without those that are only named to be put aside ("dantrolene, not baclofen")."""
        spans = list(self._names.spans)
        if len(spans) < 2:
            return spans
        aside = [span for span in spans if re.search(r"\bnot\s*$", self._before(span))]
        return [span for span in spans if span not in aside] if len(aside) < len(spans) else spans

    def _switch(self) -> tuple[str, str] | None:
        """(from, to), when a change from one drug to another has its direction said."""
        said = self._says("switching")
        for one, other in zip(self._names.spans, self._names.spans[1:], strict=False):
            between = [token.text for token in self._tokens[one.last : other.first]]
            if not _ours_or_known(one) or not _ours_or_known(other):
                continue
            if "to" in between and (said or between == ["to"] or _FROM.search(self._before(one))):
                return _called(one), _called(other)
            if "from" in between and said:
                return _called(other), _called(one)
        return None


def _ours_or_known(span: NameSpan) -> bool:
    return isinstance(span.name, DrugMention) or span.name.kind == "no_facts"


def _called(span: NameSpan) -> str:
    return span.name.drug if isinstance(span.name, DrugMention) else span.name.name


def _unique(mentions: Iterable[DrugMention]) -> tuple[DrugMention, ...]:
    seen = dict[str, DrugMention]()
    for mention in mentions:
        seen.setdefault(mention.drug, mention)
    return tuple(seen.values())
