"""The talk around the facts: help, sources, why, status, policy, role, privacy, forget and the like."""

from collections.abc import Iterable
from dataclasses import replace

from bot import presses
from bot.dialogue import DialogueState, Trace
from bot.dosing.facts import Fact, Knowledge, Source
from bot.dosing.plan import Plan, in_pieces
from bot.reply import LOCALES, ROLES, Button, Reply, Turn

ABOUT_LAST = frozenset({"sources", "why", "status"})


def talk(intent: str, turn: Turn, state: DialogueState, knowledge: Knowledge) -> tuple[Reply, DialogueState]:
    """The reply to one talk intent; `turn.text` holds the rest of the words (for example a role)."""
    version = knowledge.version
    reply = Reply(
        "answer" if intent == "coverage" else "talk",
        intent,
        intents=(intent,),
        focus=state.focus,
        patient=state.patient,
        trace=state.trace,
    )
    if intent == "role":
        return _choice(reply, "role", ROLES, turn, version), state
    if intent == "locale":
        return _choice(reply, "locale", LOCALES, turn, version), state
    if intent == "forget":
        return replace(reply, forget=True, focus=DialogueState().focus, patient={}), DialogueState()
    if intent == "new_patient":
        focus = replace(state.focus, population="")
        return replace(reply, focus=focus, patient={}), replace(state, focus=focus, patient={})
    if intent in ABOUT_LAST:
        return replace(reply, sources=_sources(_facts(state.trace.facts, knowledge)), listed=knowledge.drugs), state
    if intent == "calendar":
        plans = tuple(_in_tablets(plan, knowledge, turn.asker.locale) for plan in _plans(state.trace, knowledge))
        drugs = tuple(dict.fromkeys(plan.facts[0].drug for plan in plans))
        return replace(reply, calendar=plans, drugs=drugs), state
    if intent == "fhir":
        return _exported(reply, state.trace, knowledge), state
    if intent == "coverage":
        return replace(reply, listed=knowledge.drugs, drugs=tuple(knowledge.by_name), buttons=_drugs(knowledge)), state
    if intent in ("greeting", "help", "wrong", "thanks"):
        return replace(
            reply, listed=knowledge.drugs, buttons=_wrong(state, version) if intent == "wrong" else ()
        ), state
    return reply, state


def _choice(reply: Reply, kind: str, choices: tuple[str, ...], turn: Turn, version: str) -> Reply:
    """One tap (or word) sets it; without one the choices are offered."""
    words = turn.text.lower().split()
    chosen = next((choice for choice in choices if choice in words), "")
    if chosen:
        asker = replace(turn.asker, role=chosen) if kind == "role" else replace(turn.asker, locale=chosen)
        return replace(reply, asker=asker, detail=(chosen,))
    rows = tuple((presses.button(version, kind, choice),) for choice in choices)
    return replace(reply, buttons=rows)


def _facts(ids: Iterable[str], knowledge: Knowledge) -> tuple[Fact, ...]:
    return tuple(knowledge.by_fact[name] for name in ids if name in knowledge.by_fact)


def _sources(facts: Iterable[Fact]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(fact.source for fact in facts))


def _plans(trace: Trace, knowledge: Knowledge) -> tuple[Plan, ...]:
    """The day tables of the last answer, as long as their facts are still held."""
    held = (one for one in trace.plans if all(name in knowledge.by_fact for name in one.facts))
    return tuple(Plan(one.kind, _facts(one.facts, knowledge), one.steps) for one in held)


def _in_tablets(plan: Plan, knowledge: Knowledge, locale: str) -> Plan:
    fact = plan.facts[0]
    return in_pieces(plan, knowledge.by_name[fact.drug].sold(fact.at.route, locale))


def _exported(reply: Reply, trace: Trace, knowledge: Knowledge) -> Reply:
    """The doses of the last answer, with their drugs and sources."""
    from bot.fhir import regimen

    items = regimen(_facts(trace.facts, knowledge), _plans(trace, knowledge))
    drugs = tuple(dict.fromkeys(item.fact.drug for item in items))
    return replace(reply, regimen=items, drugs=drugs, sources=_sources(item.fact for item in items))


def _drugs(knowledge: Knowledge) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (presses.ask(knowledge.version, ("drug", drug.name, ""), ("overview",), (drug.name,)),)
        for drug in knowledge.drugs
    )


def _wrong(state: DialogueState, version: str) -> tuple[tuple[Button, ...], ...]:
    """After "not what I asked": the runner-up of the last answer, and what can be asked."""
    rows = []
    if state.trace.runner_up and state.focus.drugs:
        label = ("intent", state.trace.runner_up)
        rows.append((presses.ask(version, label, (state.trace.runner_up,), state.focus.drugs),))
    rows.append((presses.button(version, "drugs"),))
    return tuple(rows)
