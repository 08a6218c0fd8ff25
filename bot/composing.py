"""One intent about one drug → a Block: the right facts, side by side, strictest first."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.day_tables import plan_of, plannable
from bot.dialogue import Focus
from bot.dosing.facts import ANY, LOCAL, Coordinates, Drug, Fact, Knowledge
from bot.dosing.lookup import (
    BROADER,
    CONDITIONS,
    find,
    is_for_use,
    routes_with,
    tenfold_apart,
    typical_dose,
)
from bot.grouping import COMPARABLE, REGIMEN, grouped
from bot.reply import Block, Group, Line, OtherRoute, Section
from intents.catalogue import Catalogue, Intent, Want

AGES = ("adult", "child", "older_adult")
REMEMBERED = 1024


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


# Women whose own facts stand beside a dose.
EXPECTING = frozenset({"pregnancy", "breast_feeding"})
# What else speaks of a drug that is also taken, or of a disease that is also had.
OF_PARTNERS = ("boxed_warning", "contraindication", "warning")


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
    if focus.population in EXPECTING and not populations and REGIMEN & set(whats):
        whats = (focus.population, *whats)
    if about and {"interaction", "contraindication"} & set(whats):
        whats = (*dict.fromkeys((*whats, *OF_PARTNERS)),)
    routes = _routes(drug, whats, intent.wants)
    everywhere = any(fact.at.route == ANY for fact in find(drug, whats, ANY, populations))
    if not routes or (focus.route and focus.route not in routes and not everywhere):
        return Block(intent.id, drug, focus.route, (), _others(drug, focus.route, routes), "not_in_facts")
    route = focus.route or _route_of_use(drug, whats, routes, focus.indication, everywhere)
    if about and not _about(find(drug, whats, route), about)[0]:
        route = _route_of_partners(drug, whats, routes, about) or route
    found = _asked_about(find(drug, whats, route, populations, focus.indication), intent.wants)
    named = {what: tuple(abouts) for what, abouts in intent.wants.abouts.items()}
    found += [fact for fact in _asked_about(find(drug, tuple(named), route), intent.wants) if fact not in found]
    facts = _chosen(_of_the_use(found, focus.indication), focus, populations)
    if not facts and focus.population == "child" and REGIMEN & set(whats):
        # No figure for children: what is said of children is the answer.
        facts = find(drug, ("age_limit",), route, ("child", ANY))
    facts = _national(facts, focus.indication)
    if not focus.indication:
        facts = _labelled(drug, facts)
    facts, missing = _spoken_of(facts, about, intent.wants.whats)
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
        plan_of(drug, route, plannable(facts, focus), locale)
        if intent.id == "titration" and (focus.route or len(routes) == 1)
        else None,
        population=focus.population,
        off_label=focus.indication if _is_off_label(drug, focus.indication) else "",
    )


def _is_off_label(drug: Drug, use: str) -> bool:
    """Whether no label names the use, nor a part of it, and a source speaks of it as beside the label."""
    parts = {one for one in drug.off_label if BROADER.get(one) == use}
    named = any(is_for_use(one, use) for one in drug.labelled if one != ANY)
    return use in drug.off_label or (bool(parts) and not named)


def _asked_about(facts: Iterable[Fact], wants: Want) -> list[Fact]:
    """The facts about the subjects that the intent wants, where it names any."""
    return [fact for fact in facts if fact.at.about in wants.abouts.get(fact.what, (fact.at.about,))]


def _of_the_use(facts: Sequence[Fact], indication: str) -> Sequence[Fact]:
    """Uses beside the label: those of the use that was asked about, where there are any, and no others."""
    others = [fact for fact in facts if fact.what == "off_label" and fact.at.indication == ANY]
    named = any(fact.what == "off_label" and fact.at.indication != ANY for fact in facts)
    return [fact for fact in facts if fact not in others] if indication and named else facts


def _routes(drug: Drug, whats: Sequence[str], wants: Want) -> tuple[str, ...]:
    """The routes held; where none is but for facts about the named subjects, those of these facts."""
    plain = [what for what in whats if what not in wants.abouts]
    held = routes_with(drug, plain, wants.populations) or tuple(_any_route(drug, plain, wants.populations))
    if held or not wants.abouts:
        return held
    named = _asked_about((fact for what in wants.abouts for fact in drug.shown.get(what, ())), wants)
    routes = {fact.at.route for fact in named}
    return tuple(route for route in drug.routes if route in routes or ANY in routes)


def _route_of_partners(drug: Drug, whats: Sequence[str], routes: Sequence[str], about: tuple[Partner, ...]) -> str:
    """The first route by which anything is held about the partners, so that none is missed for want of a route."""
    return next((route for route in routes if _about(find(drug, whats, route), about)[0]), "")


def _route_of_use(drug: Drug, whats: Sequence[str], routes: Sequence[str], indication: str, everywhere: bool) -> str:
    """The first route held for exactly the thread's use (a crisis is treated by vein), then for a part of it.

    Where what is asked is held for all routes (`everywhere`) the route by which that use is dosed, else the drug's
    first: a contraindication of another route must not make that one the route that is answered.
    """
    uses = {
        route: {fact.at.indication for fact in find(drug, whats, route, (), indication)} - {ANY}
        for route in (routes if indication else ())
    }
    exactly = next((route for route, held in uses.items() if indication in held), "")
    partly = exactly or next((route for route, held in uses.items() if held), "")
    if partly or not everywhere:
        return partly or routes[0]
    dosed = (
        route
        for route in (drug.routes if indication else ())
        if any(fact.at.indication == indication for fact in find(drug, tuple(REGIMEN), route))
    )
    return next(dosed, drug.routes[0] if drug.routes else routes[0])


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


def _spoken_of(
    facts: Sequence[Fact], about: tuple[Partner, ...], whats: Sequence[str]
) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """What is said of the partners alone, and the partners of whom nothing is.

    What speaks against a drug stays whole, whichever disease was asked about: no reason is left out for another.
    """
    if not about or not {"contraindication", "warning"} & set(whats):
        return _about(facts, about) if about else (tuple(facts), ())
    asked = {partner.name for partner in about}
    return tuple(fact for fact in facts if fact.what in whats or fact.at.about in asked), ()


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
        same = bool(here and there and here.unit == there.unit)
        others.append(OtherRoute(other, there.unit if there else "", far, same))
    return tuple(others)
