"""One intent about one drug → a Block: the right facts, side by side, strictest first."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from bot.dialogue import Focus
from bot.dosing.facts import ANY, LOCAL, Coordinates, Drug, Fact, Knowledge
from bot.dosing.lookup import (
    KIND_RANK,
    POPULATION_ORDER,
    STRICTNESS,
    dosed_alike,
    find,
    group_key,
    leads,
    people_key,
    routes_with,
    said_alike,
    strictest_first,
    tenfold_apart,
    typical_dose,
)
from bot.dosing.plan import Plan, in_pieces, stepwise_plan, titration_plan
from bot.dosing.regimen import Dose
from bot.reply import Block, Group, Line, OtherRoute, Section
from intents.catalogue import Catalogue, Intent

# Conditions that change a regimen: their adjustment leads every regimen answer while they are in the context.
CONDITIONS = ("renal", "dialysis", "hepatic", "older_adult")
AGES = ("adult", "child", "older_adult")
# Figures that can contradict each other; statements stand side by side without being a conflict.
COMPARABLE = frozenset({
    "start", "step", "step_interval", "step_percent", "schedule", "usual", "divided", "maximum",
    "maximum_exceptional", "screening", "screening_step", "screening_maximum", "screening_interval", "adjustment",
    "muscle_dose", "site_dose", "retreatment_interval", "dialysis_supplement",
    "taper_duration", "taper_step", "taper_percent", "taper_interval", "trial_length", "bioavailability",
    "half_life", "peak_time", "protein_binding", "renal_excretion", "volume", "bolus_time",
})  # fmt: skip
REMEMBERED = 1024
REGIMEN = frozenset({
    "start", "step", "step_interval", "schedule", "usual", "divided", "muscle_dose", "site_dose", "maximum",
    "maximum_exceptional",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Partner:
    """What a drug is asked about together with: its names, the one to show first, and the classes it belongs to."""

    names: tuple[str, ...]
    classes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def all(self) -> frozenset[str]:
        """Every word under which a source may speak of it."""
        return frozenset((*self.names, *self.classes))


_WORD = re.compile(r"[a-z]{4,}")


class Composer:
    """Composes blocks and remembers the last of them: the facts are fixed for a run, so the block is too."""

    def __init__(self, knowledge: Knowledge, catalogue: Catalogue) -> None:
        self._knowledge, self._catalogue = knowledge, catalogue
        self.compose = lru_cache(maxsize=REMEMBERED)(self._compose)

    def _compose(self, intent: str, drug: str, focus: Focus, locale: str, about: tuple[Partner, ...]) -> Block:
        """The block for one intent about one drug; `focus` without the intents of earlier turns."""
        return compose(self._catalogue.intents[intent], self._knowledge.by_name[drug], focus, locale, about)


def compose(intent: Intent, drug: Drug, focus: Focus, locale: str, about: tuple[Partner, ...] = ()) -> Block:
    """The block for one intent; its `no` says which kind of "no" it is, if it is one.

    `about`: partners asked about, each by its name and the classes under which a source may speak of it.
    """
    if intent.wants.products:
        return _products(intent, drug, focus)
    whats = intent.wants.whats
    populations = intent.wants.populations
    if focus.population in CONDITIONS and not populations and REGIMEN & set(whats):
        whats = (*dict.fromkeys(("adjustment", *whats)),)
    routes = routes_with(drug, whats, populations) or tuple(_any_route(drug, whats, populations))
    everywhere = any(fact.at.route == ANY for fact in find(drug, whats, ANY, populations))
    if not routes or (focus.route and focus.route not in routes and not everywhere):
        return Block(intent.id, drug, focus.route, (), _others(drug, focus.route, routes), "not_in_facts")
    route = focus.route or _route_of_use(drug, whats, routes, focus.indication)
    if about and not focus.route:
        route = _route_of_partners(drug, whats, routes, about) or route
    facts = _chosen(find(drug, whats, route, populations, focus.indication), focus, populations)
    facts = _national(facts, focus.indication)
    if not focus.indication:
        facts = _labelled(drug, facts)
    missing: tuple[str, ...] = ()
    if about:
        facts, missing = _about(facts, about)
    groups = _as_said(grouped(_beside(facts, focus.indication), locale, focus.population, focus.indication), facts)
    return Block(
        intent.id,
        drug,
        route,
        groups,
        _others(drug, route, routes),
        kind_of_no(facts, bool(populations)) if facts else "not_in_facts",
        tuple(partner.name for partner in about),
        missing,
        tuple(
            (partner.name, *partner.classes)
            for partner in about
            if partner.classes and not {fact.at.about for fact in facts} & set(partner.names)
        ),
        _plan(drug, route, _plannable(facts, focus), locale)
        if intent.id == "titration" and (focus.route or len(routes) == 1)
        else None,
        population=focus.population,
        off_label=focus.indication if focus.indication in drug.off_label else "",
    )


def _route_of_partners(drug: Drug, whats: Sequence[str], routes: Sequence[str], about: tuple[Partner, ...]) -> str:
    """The first route by which anything is held about the partners, so that none is missed for want of a route."""
    return next((route for route in routes if _about(find(drug, whats, route), about)[0]), "")


def _route_of_use(drug: Drug, whats: Sequence[str], routes: Sequence[str], indication: str) -> str:
    """The first route held for exactly the thread's use (a crisis is treated by vein); else the file's first."""
    for route in routes if indication else ():
        if any(fact.at.indication == indication for fact in find(drug, whats, route, (), indication)):
            return route
    return routes[0]


def _products(intent: Intent, drug: Drug, focus: Focus) -> Block:
    """What can be bought, by route; the route of the context, else the first in the file."""
    shown = [product for product in drug.products if product.shown]
    routes = tuple(dict.fromkeys(product.route for product in shown))
    route = focus.route or (routes[0] if routes else "")
    here = tuple(product for product in shown if product.route == route)
    groups = grouped(find(drug, intent.wants.whats, route), "us")
    no = "" if here else "not_in_facts"
    return Block(intent.id, drug, route, groups, _others(drug, route, routes), no, products=here)


def _any_route(drug: Drug, whats: Sequence[str], populations: Sequence[str]) -> Iterable[str]:
    if find(drug, whats, ANY, populations):
        yield drug.routes[0] if drug.routes else ANY


def _chosen(facts: Sequence[Fact], focus: Focus, populations: Sequence[str]) -> tuple[Fact, ...]:
    """Keeps the population of the context and what holds for all; unknown: every population we hold."""
    if populations:
        return tuple(facts)
    if focus.population in AGES:
        kept = {focus.population, ANY} | ({"adult"} if focus.population == "older_adult" else set())
        return tuple(fact for fact in facts if fact.at.population in kept)
    if focus.population in CONDITIONS:
        return tuple(fact for fact in facts if fact.at.population in (focus.population, "adult", ANY))
    return tuple(facts)


def _about(facts: Iterable[Fact], about: tuple[Partner, ...]) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The facts about names and classes of the partners, names first, and the partners about which there is none."""
    wanted, named = {n for partner in about for n in partner.all}, {n for partner in about for n in partner.names}
    spoken = {fact.id: _names_in(fact, named) for fact in facts}
    found = tuple(
        replace(fact, rank=-1) if fact.at.about in named or spoken[fact.id] else fact
        for fact in facts
        if fact.at.about in wanted or spoken[fact.id]
    )
    held = {name for fact in found for name in (fact.at.about, *spoken[fact.id])}
    return found, tuple(partner.name for partner in about if not held & partner.all)


def _names_in(fact: Fact, names: Set[str]) -> frozenset[str]:
    """The names that a statement itself speaks of ("avoid with amiodarone and verapamil")."""
    words = set(_WORD.findall(str(fact.text).lower())) if fact.text and fact.what == "interaction" else set[str]()
    return frozenset(name for name in names if name in words)


def _labelled(drug: Drug, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """No off-label regimen when no indication was said: an off-label dose is asked for by name."""
    return tuple(f for f in facts if f.what not in COMPARABLE or f.at.indication not in drug.off_label)


def _national(facts: Sequence[Fact], indication: str) -> tuple[Fact, ...]:
    """Regimens of papers and of countries that we keep no profile of stand aside where a country's own text speaks.

    A use that was said is often held by papers alone: they stand aside only for a country's text on that very use.
    """
    national = {_use(fact, indication) for fact in facts if fact.source.jurisdiction not in ("international", LOCAL)}
    aside = {f.id for f in facts if f.source.jurisdiction == "international" and f.what in REGIMEN}
    return tuple(fact for fact in facts if fact.id not in aside or _use(fact, indication) not in national)


def _use(fact: Fact, indication: str) -> tuple[str, str]:
    return fact.what, fact.at.indication if indication else ""


def _beside(facts: Sequence[Fact], indication: str) -> tuple[Fact, ...]:
    """The operator's lines for every use (or everybody) at the coordinates of what other sources say of the same.

    They hold for these too, and only side by side can sources be seen to differ.
    """
    uses = (ANY, indication or "spasticity")
    others = [fact for fact in facts if not fact.source.local and fact.at.indication in uses]
    return tuple(_with_its_like(fact, others) if fact.source.local else fact for fact in facts)


def _with_its_like(fact: Fact, others: Sequence[Fact]) -> Fact:
    """The line where the same is answered for the same people, else with anything else that is said of them."""

    def distance(one: Fact) -> tuple[bool, bool, bool]:
        other = (one.what, one.at.about) != (fact.what, fact.at.about)
        elsewhere = (one.at.population, one.at.indication) != (fact.at.population, fact.at.indication)
        return other, elsewhere, one.at.indication == ANY

    held = (one for one in others if _holds_for(fact.at, one.at))
    beside = min(held, key=distance, default=fact).at
    return replace(fact, at=replace(fact.at, population=beside.population, indication=beside.indication))


def _holds_for(wide: Coordinates, narrow: Coordinates) -> bool:
    """Whether what is said at one place holds at another; what is for everybody stands with what is for adults."""
    people = wide.population == narrow.population or (wide.population, narrow.population) == (ANY, "adult")
    bounds = (wide.age, wide.weight, wide.band) == (narrow.age, narrow.weight, narrow.band)
    return people and bounds and wide.indication in (narrow.indication, ANY)


def _as_said(groups: tuple[Group, ...], facts: Iterable[Fact]) -> tuple[Group, ...]:
    """The groups with the operator's lines for whom they were written."""
    said = {fact.id: fact for fact in facts if fact.source.local}
    return tuple(replace(group, sections=tuple(_said(s, said) for s in group.sections)) for group in groups)


def _said(section: Section, said: Mapping[str, Fact]) -> Section:
    if not said:
        return section
    return replace(section, lines=tuple(Line(tuple(said.get(f.id, f) for f in line.facts)) for line in section.lines))


def grouped(facts: Iterable[Fact], locale: str, population: str = "", indication: str = "") -> tuple[Group, ...]:
    """Facts by people (those of the context first), then by question; equal ones on one line, strictest first."""
    facts = tuple(facts)
    order = {what: index for index, what in enumerate(dict.fromkeys(fact.what for fact in facts))}
    groups = []
    for _, members in groupby(sorted(facts, key=people_key), key=people_key):
        people = sorted(members, key=lambda fact: (order[fact.what], fact.rank))
        groups.append(Group(people[0].at.population, tuple(_sections(people, locale))))
    return tuple(sorted(groups, key=lambda one: (one.population != population, *_foremost(one, indication, locale))))


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
        yield Section(what, lines, what in COMPARABLE and _differ(lines))


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
        if key not in newest or _dated(fact) > _dated(newest[key]):
            newest[key] = fact
    return list(newest.values())


def _dated(fact: Fact) -> str:
    return "" if fact.source.version == "undated" else fact.source.version


def kind_of_no(facts: Sequence[Fact], of_people: bool = True) -> str:
    """Which of the kinds of "no" an adjustment answer is; the strictest action decides, "" when it is none.

    Elsewhere (an overview, a maximum) an adjustment that stands among other things makes no "no" of the whole.
    """
    adjustments = [fact for fact in facts if fact.what == "adjustment" and of_people]
    if facts and all(fact.absent or fact.action == "silent" for fact in facts):
        return "source_silent"
    if not adjustments:
        return ""
    actions = {fact.action for fact in adjustments}
    if "do_not_use" in actions:
        return "do_not_use"
    return "no_adjustment" if actions == {"no_adjustment"} else ""


def _others(drug: Drug, route: str, routes: Sequence[str]) -> tuple[OtherRoute, ...]:
    here = typical_dose(drug, route)
    others = []
    for other in routes:
        if other == route:
            continue
        there = typical_dose(drug, other)
        far = bool(here and there and tenfold_apart(here, there))
        others.append(OtherRoute(other, there.unit if there else "", far))
    return tuple(others)


def _plannable(facts: Iterable[Fact], focus: Focus) -> tuple[Fact, ...]:
    """Facts of the people a day table would be for: adults, unless the thread is about a child."""
    people = ("child",) if focus.population == "child" else ("adult", ANY)
    return tuple(fact for fact in facts if fact.at.population in people)


def _plan(drug: Drug, route: str, facts: Sequence[Fact], locale: str) -> Plan | None:
    """The reader's own printed schedule, another country's, or else cited steps of one source; with its tablets."""
    schedules = strictest_first((fact for fact in facts if fact.what == "schedule" and fact.steps), locale)
    near = [fact for fact in schedules if fact.source.jurisdiction == locale] or list(schedules)
    near.sort(key=_dated, reverse=True)
    near = [*filter(leads, schedules), *(fact for fact in near if not leads(fact))]
    printed = (titration_plan(fact, _of_same(fact, "maximum", facts)) for fact in near)
    plan = next((plan for plan in printed if plan), None) or _stepwise(drug, route, facts, locale)
    return in_pieces(plan, drug.sold(route, locale)) if plan else None


def _stepwise(drug: Drug, route: str, facts: Sequence[Fact], locale: str) -> Plan | None:
    starts = strictest_first(find(drug, ("start",), route), locale)
    for start in sorted(starts, key=lambda fact: (not leads(fact), fact.source.jurisdiction != locale)):
        step, interval, most = (_of_same(start, what, facts) for what in ("step", "step_interval", "maximum"))
        if step and interval and most and (plan := stepwise_plan(start, step, interval, most)):
            return plan
    return None


def _of_same(fact: Fact, what: str, facts: Sequence[Fact]) -> Fact | None:
    """The fact of another question by the same source for the same people and use, where it is the only one."""
    at = (fact.source.id, fact.at.population, fact.at.indication, fact.at.age, fact.at.weight)
    same = [
        one
        for one in facts
        if one.what == what and (one.source.id, one.at.population, one.at.indication, one.at.age, one.at.weight) == at
    ]
    if what == "maximum":
        same = [one for one in same if isinstance(one.value, Dose) and one.value.per_day][:1] or same[:1]
    return same[0] if len(same) == 1 else None
