"""One intent about one drug → a Block: the right facts, side by side, strictest first."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.dialogue import Focus
from bot.dosing.facts import ANY, Drug, Fact
from bot.dosing.lookup import (
    dosed_alike,
    find,
    group_key,
    people_key,
    routes_with,
    said_alike,
    strictest_first,
    tenfold_apart,
    typical_dose,
)
from bot.dosing.plan import Plan, titration_plan
from bot.reply import Block, Group, Line, OtherRoute, Section
from intents.catalogue import Intent

# Conditions that change a regimen: their adjustment leads every regimen answer while they are in the context.
CONDITIONS = ("renal", "dialysis", "hepatic", "older_adult")
AGES = ("adult", "child", "older_adult")
# Figures that can contradict each other; statements stand side by side without being a conflict.
COMPARABLE = frozenset({
    "start", "step", "step_interval", "step_percent", "schedule", "usual", "divided", "maximum", "screening",
    "screening_maximum", "screening_interval", "adjustment", "taper_duration", "taper_step", "taper_percent",
    "taper_interval", "trial_length",
})  # fmt: skip


def compose(intent: Intent, drug: Drug, focus: Focus, locale: str, about: tuple[str, ...] = ()) -> Block:
    """The block for one intent; its `no` says which kind of "no" it is, if it is one."""
    whats = intent.wants.whats
    populations = intent.wants.populations
    routes = routes_with(drug, whats, populations) or tuple(_any_route(drug, whats, populations))
    if not routes or (focus.route and focus.route not in (*routes, ANY)):
        return Block(intent.id, drug, focus.route, (), _others(drug, focus.route, routes), "not_in_facts")
    route = focus.route or routes[0]
    facts = _chosen(find(drug, whats, route, populations, focus.indication), focus, populations)
    missing: tuple[str, ...] = ()
    if about:
        facts, missing = _about(facts, about)
    groups = grouped(facts, locale)
    return Block(
        intent.id,
        drug,
        route,
        groups,
        _others(drug, route, routes),
        kind_of_no(facts) if facts else "not_in_facts",
        about,
        missing,
        _plan(facts, locale) if intent.id in ("titration", "dose", "start") else None,
    )


def _any_route(drug: Drug, whats: Sequence[str], populations: Sequence[str]) -> Iterable[str]:
    if find(drug, whats, ANY, populations):
        yield drug.routes[0] if drug.routes else ANY


def _chosen(facts: Sequence[Fact], focus: Focus, populations: Sequence[str]) -> tuple[Fact, ...]:
    """Keeps the population of the context and what holds for all; unknown: every population we hold."""
    if populations:
        return tuple(facts)
    if focus.population in AGES:
        kept = {focus.population, ANY, *(CONDITIONS if focus.population == "older_adult" else ())}
        if focus.population == "older_adult":
            kept.add("adult")
        return tuple(fact for fact in facts if fact.at.population in kept)
    if focus.population in CONDITIONS:
        return tuple(fact for fact in facts if fact.at.population in (focus.population, "adult", ANY))
    return tuple(facts)


def _about(facts: Iterable[Fact], about: tuple[str, ...]) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    found = tuple(fact for fact in facts if fact.at.about in about)
    held = {fact.at.about for fact in found}
    return found, tuple(name for name in about if name not in held)


def grouped(facts: Iterable[Fact], locale: str) -> tuple[Group, ...]:
    """Facts by people, then by question; equal ones on one line, differing ones strictest first."""
    ordered = sorted(facts, key=people_key)
    groups = []
    for _, members in groupby(ordered, key=people_key):
        people = list(members)
        sections = tuple(_sections(people, locale))
        groups.append(Group(people[0].at.population, sections))
    return tuple(groups)


def _sections(facts: Sequence[Fact], locale: str) -> Iterable[Section]:
    by_question: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        by_question.setdefault(group_key(fact), []).append(fact)
    for question in by_question.values():
        lines = _lines(strictest_first(question, locale))
        figures = {dosed_alike(line.fact) for line in lines if not line.fact.absent}
        sources = {line.fact.source.id for line in lines}
        what = question[0].what
        conflict = what in COMPARABLE and len(figures) > 1 and len(sources) > 1
        yield Section(what, lines, conflict)


def _lines(facts: Sequence[Fact]) -> tuple[Line, ...]:
    alike: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        alike.setdefault(said_alike(fact), []).append(fact)
    return tuple(Line(tuple(same)) for same in alike.values())


def kind_of_no(facts: Sequence[Fact]) -> str:
    """Which of the kinds of "no" an adjustment answer is; the strictest action decides, "" when it is none."""
    adjustments = [fact for fact in facts if fact.what == "adjustment"]
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


def _plan(facts: Sequence[Fact], locale: str) -> Plan | None:
    schedules = strictest_first((fact for fact in facts if fact.what == "schedule" and fact.steps), locale)
    near = [fact for fact in schedules if fact.source.jurisdiction == locale] or list(schedules)
    for schedule in near:
        maxima = [
            fact
            for fact in facts
            if fact.what == "maximum"
            and fact.source.id == schedule.source.id
            and fact.at.population == schedule.at.population
        ]
        plan = titration_plan(schedule, maxima[0] if maxima else None)
        if plan:
            return plan
    return None
