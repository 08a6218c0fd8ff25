"""The day table of an answer: the printed schedule nearest to the reader, or rows from one source's cited steps."""

from collections.abc import Iterable, Sequence

from bot.dialogue import Focus
from bot.dosing.facts import ANY, Drug, Fact
from bot.dosing.lookup import (
    find,
    leads,
    strictest_first,
)
from bot.dosing.plan import Plan, in_pieces, stepwise_plan, titration_plan
from bot.dosing.regimen import Dose
from bot.grouping import dated


def plannable(facts: Iterable[Fact], focus: Focus) -> tuple[Fact, ...]:
    """Facts of the people a day table would be for: adults, unless the thread is about a child."""
    people = ("child",) if focus.population == "child" else ("adult", ANY)
    return tuple(fact for fact in facts if fact.at.population in people)


def plan_of(drug: Drug, route: str, facts: Sequence[Fact], locale: str) -> Plan | None:
    """The reader's own printed schedule, another country's, or else cited steps of one source; with its tablets."""
    schedules = strictest_first((fact for fact in facts if fact.what == "schedule" and fact.steps), locale)
    near = [fact for fact in schedules if fact.source.jurisdiction == locale] or list(schedules)
    near.sort(key=dated, reverse=True)
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
