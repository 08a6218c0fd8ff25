"""Facts in their order: by people, then by question, equal ones on one line, sources that differ side by side.

Of sources that differ the strictest leads; in a crisis, where too little harms as well, what most sources say.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from bot.dosing.facts import ANY, Fact
from bot.dosing.lookup import (
    EMERGENCIES,
    KIND_RANK,
    POPULATION_ORDER,
    STRICTNESS,
    dosed_alike,
    group_key,
    leads,
    people_key,
    said_alike,
    strictest_first,
)
from bot.dosing.regimen import Dose
from bot.reply import Group, Line, Section

# Figures that can contradict each other; statements stand side by side without being a conflict.
COMPARABLE = frozenset({
    "start", "step", "step_interval", "step_percent", "schedule", "usual", "divided", "maximum",
    "maximum_exceptional", "screening", "screening_step", "screening_maximum", "screening_interval", "adjustment",
    "muscle_dose", "site_dose", "retreatment_interval", "dialysis_supplement",
    "taper_duration", "taper_step", "taper_percent", "taper_interval", "trial_length", "bioavailability",
    "half_life", "peak_time", "protein_binding", "renal_excretion", "volume", "bolus_time",
})  # fmt: skip
REGIMEN = frozenset({
    "start", "step", "step_interval", "schedule", "usual", "divided", "muscle_dose", "site_dose", "maximum",
    "maximum_exceptional",
})  # fmt: skip


def grouped(facts: Iterable[Fact], locale: str, population: str = "", indication: str = "") -> tuple[Group, ...]:
    """Facts by people (those of the context first), then by question; equal ones on one line, strictest first."""
    facts = tuple(facts)
    order = {what: index for index, what in enumerate(dict.fromkeys(fact.what for fact in facts))}
    groups = []
    for _, members in groupby(sorted(facts, key=people_key), key=people_key):
        people = sorted(members, key=lambda fact: (order[fact.what], fact.rank))
        groups.append(Group(people[0].at.population, tuple(_sections(people, locale))))
    return tuple(
        sorted(groups, key=lambda one: (*_asked(one, population, indication), *_foremost(one, indication, locale)))
    )


def _asked(group: Group, population: str, indication: str) -> tuple[bool, bool]:
    """The people of the context first, and of them what is for the very use, or for any, before its parts."""
    return group.population != population, bool(indication) and group.fact.at.indication not in (indication, ANY)


def _foremost(group: Group, indication: str, locale: str) -> tuple[bool, bool, bool, bool, int, bool, bool]:
    """Adults and everybody before particular people; of each, a group of the operator's own lines alone comes first.

    Then cut-offs and regimens before remarks, the fuller group first, then one that the reader's own country speaks in.
    """
    labelled = group.fact.at.indication in (ANY, indication or "spasticity")
    general = labelled and group.population in ("adult", ANY)
    counted = [section for section in group.sections if group.local or not section.only_local]
    remark = not any(section.what in REGIMEN for section in counted)
    banded = group.fact.at.band is not None
    place = -len(counted) if general else POPULATION_ORDER.index(group.population)
    own = any(f.source.jurisdiction == locale for s in counted for line in s.lines for f in line.facts)
    return not general, general and not group.local, not banded, remark, place, not group.local, not own


def _sections(facts: Sequence[Fact], locale: str) -> Iterable[Section]:
    by_question: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        by_question.setdefault(group_key(fact), []).append(fact)
    for question in by_question.values():
        what = question[0].what
        if what in COMPARABLE:
            question = _best_of_each_country(question)
        lines = _lines(strictest_first(question, locale), what)
        if question[0].at.indication in EMERGENCIES:
            lines = tuple(sorted(lines, key=lambda line: _most_held(line, locale)))
        yield Section(what, lines, what in COMPARABLE and _differ(lines))


def _most_held(line: Line, locale: str) -> tuple[bool, bool, int, bool]:
    """The operator's own lines, then what most sources say, then what the reader's own country does."""
    own = any(fact.source.jurisdiction == locale for fact in line.facts)
    return not leads(line.fact), line.fact.absent, -len(line.facts), not own


def _differ(lines: Iterable[Line]) -> bool:
    """Whether sources contradict each other; several regimens of one source are no contradiction."""
    figures: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        for fact in line.facts:
            if not line.fact.absent:
                figures.setdefault(fact.source.id, set()).add(_conflicting(fact))
    return len({frozenset(said) for said in figures.values()}) > 1


def _best_of_each_country(facts: Sequence[Fact]) -> list[Fact]:
    """A country's labels before its other documents, unless these are stricter or the label is silent."""
    best: dict[str, int] = {}
    for fact in facts:
        if not fact.absent and fact.action != "silent":
            country, rank = _country(fact), KIND_RANK.index(fact.source.kind)
            best[country] = min(rank, best.get(country, rank))
    strictest = min((STRICTNESS.index(fact.action) for fact in facts if not fact.source.local), default=0)
    return [fact for fact in facts if _speaks(fact, best) or _is_stricter(fact, strictest)]


def _country(fact: Fact) -> str:
    """Whose word a fact is: a country's, or one document's where no country stands behind it."""
    return fact.source.id if fact.source.jurisdiction == "international" else fact.source.jurisdiction


def _speaks(fact: Fact, best: Mapping[str, int]) -> bool:
    rank = KIND_RANK.index(fact.source.kind)
    return rank <= best.get(_country(fact), rank)


def _is_stricter(fact: Fact, strictest: int) -> bool:
    return fact.action in ("do_not_use", "avoid", "reduce") and STRICTNESS.index(fact.action) == strictest


def _conflicting(fact: Fact) -> tuple[str, ...]:
    """The figures of a fact as they may contradict another's: per day where that follows."""
    total = fact.value.per_day if isinstance(fact.value, Dose) else None
    return (fact.action, str(total or fact.value or ""), "; ".join(map(str, fact.steps)))


def _lines(facts: Sequence[Fact], what: str) -> tuple[Line, ...]:
    alike: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        alike.setdefault(_alike(fact, what), []).append(fact)
    return tuple(Line(tuple(_one_a_country(same))) for same in alike.values())


def _alike(fact: Fact, what: str) -> tuple[str, ...]:
    if fact.source.local:
        return (fact.id,)
    if what == "adjustment":
        return (fact.source.id, *dosed_alike(fact))
    if what in COMPARABLE:
        return (*dosed_alike(fact), str(fact.absent))
    return said_alike(fact)


def _one_a_country(facts: Sequence[Fact]) -> list[Fact]:
    """The newest document of each country and kind; the others say the same."""
    newest: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        key = (_country(fact), fact.source.kind)
        if key not in newest or dated(fact) > dated(newest[key]):
            newest[key] = fact
    return list(newest.values())


def dated(fact: Fact) -> str:
    return "" if fact.source.version == "undated" else fact.source.version
