"""Which facts of a block a template asks for: its sections, the strictest adjustments, lists of terms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.dosing.facts import Fact
from bot.dosing.lookup import FORBIDDING, STRICTNESS, forbids, leads
from bot.dosing.quantity import Quantity
from bot.dosing.regimen import Dose
from bot.reply import Block, ForPatient, Line, Section

FREQUENCY_ORDER = ("very common", "common", "uncommon", "rare", "very rare", "not known", "")


@dataclass(frozen=True, slots=True)
class TermList:
    """The coded terms one source lists for one question, most frequent first."""

    what: str
    facts: tuple[Fact, ...]

    @property
    def source_line(self) -> Line:
        return Line(self.facts[:1])

    @property
    def local(self) -> bool:
        return self.facts[0].source.local


def _picked(patient: ForPatient) -> list[Fact]:
    """The bands that a patient's values lie in or between; where there are none, the nearest."""
    deciding = [line.fact for one in patient.picked for line in one.deciding]
    return deciding or [line.fact for one in patient.picked for line in one.near]


def strictest_adjustments(block: Block) -> tuple[Fact, ...]:
    """The adjustments of a block, local ones first, do-not-use before reduce, one for each action and cut-off.

    Where a patient's value picked bands, these alone (beyond all of them: the nearest) and what has no cut-off.
    """
    facts = [line.fact for s in sections_of(block, "adjustment") for line in s.lines if line.fact.action]
    others: list[Fact] = []
    if block.patient and (picked := _picked(block.patient)):
        metrics = {one.metric for one in block.patient.picked}
        others = [f for f in facts if f.at.band and f.at.band.metric not in metrics and f.action in FORBIDDING]
        facts = [f for f in picked if f.action] + [f for f in facts if f.at.band is None]
    first: dict[tuple[str, str, str, str], Fact] = {}
    by_band = any(fact.at.band for fact in facts)
    for fact in sorted(_without_columns(facts), key=lambda fact: _after(fact, block.population, by_band)):
        apart = fact.id if fact.source.local else ""
        first.setdefault((apart, fact.action, fact.at.population, fact.at.band.words if fact.at.band else ""), fact)
    own, rest = tuple(first.values())[:1], tuple(first.values())[1:]
    # What another measure (an eGFR, a stage) forbids is named beside the patient's own band, never converted.
    return (*own, *sorted(others, key=lambda fact: STRICTNESS.index(fact.action))[:2], *rest)


def _after(fact: Fact, population: str, by_band: bool) -> tuple[bool, bool, bool, int, bool]:
    """Local lines first, then by strictness, the condition's own before those of older people.

    Where a band holds the patient, general words without a cut-off come after it, unless they forbid. What is forbidden
    on some days only ("no dose on days without dialysis") forbids nothing on the others.
    """
    of_part = fact.action in FORBIDDING and not forbids(fact)
    general = by_band and fact.at.band is None and fact.action not in FORBIDDING
    beside = fact.at.population == "older_adult" != population
    return not leads(fact), of_part, general, STRICTNESS.index(fact.action), beside


def _without_columns(facts: Sequence[Fact]) -> list[Fact]:
    """Where one source has several regimens for one band (a column for each usual dose), its range or no figure.

    A first line has room for one figure, and no column is the patient's own.
    """
    regimens: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.at.band and isinstance(fact.value, Dose):
            regimens.setdefault((fact.source.id, fact.at.band.words), []).append(fact)
    kept = []
    for fact in facts:
        same = regimens.get((fact.source.id, fact.at.band.words), []) if fact.at.band else []
        if len({str(one.value) for one in same}) > 1 and fact in same:
            ranges = [one for one in same if isinstance(one.value, Dose) and one.value.quantity.is_range]
            fact = ranges[0] if len(ranges) == 1 else replace(fact, value=None)
        kept.append(fact)
    return kept


def sections_of(block: Block, *whats: str) -> tuple[Section, ...]:
    """The sections of a block that answer these questions, in the block's order."""
    return tuple(s for group in block.groups for s in group.sections if s.what in whats)


def term_lists(block: Block, locale: str, *whats: str) -> tuple[TermList, ...]:
    """Coded terms by question and source: local ones, the reader's own label, then other labels, then papers."""
    found: dict[tuple[str, str], dict[tuple[str, str, str], Fact]] = {}
    for section in sections_of(block, *whats):
        for line in section.lines:
            for fact in line.facts:
                key = (fact.at.about, str(fact.value or ""), fact.frequency)
                found.setdefault((fact.what, fact.source.id), {}).setdefault(key, fact)
    lists = [TermList(what, _told_best(facts.values())) for (what, _), facts in found.items()]
    return tuple(sorted(lists, key=lambda t: (whats.index(t.what), *_closeness(t, locale))))


def _told_best(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each term once, with its figure where one entry has it; most frequent first."""
    best: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.value is None, not fact.frequency)):
        best.setdefault(f"{fact.at.about} {fact.text or ''}", fact)
    return tuple(sorted(best.values(), key=_frequency))


def _closeness(terms: TermList, locale: str) -> tuple[int, int, int, int]:
    source = terms.facts[0].source
    return int(not terms.local), int(source.jurisdiction != locale), int(source.kind != "label"), -len(terms.facts)


def _frequency(fact: Fact) -> tuple[Decimal, int, str]:
    percent = -fact.value.high if isinstance(fact.value, Quantity) else Decimal(0)
    return percent, FREQUENCY_ORDER.index(fact.frequency), fact.at.about
