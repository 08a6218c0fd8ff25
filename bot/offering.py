"""What goes with an answer: the likeliest next questions as buttons, and the trace of why it was given."""

from dataclasses import replace

from bot import presses
from bot.dialogue import ShownPlan, Trace
from bot.dosing.plan import Plan
from bot.known import World
from bot.reply import Button, Reply
from intents.understanding import Understanding


def follow_ups(reply: Reply, role: str, world: World) -> tuple[tuple[Button, ...], ...]:
    """Other routes first, then the likeliest next questions (the role's own before others), then the way out."""
    block = next((b for b in reply.blocks if b.answers), reply.blocks[0])
    version, drug = world.version, block.drug.name
    routes = tuple(
        presses.ask(version, ("route", other.route), (block.intent,), (drug,), other.route)
        for other in block.other_routes
    )
    intent = world.catalogue.resolve(block.intent)
    follow_ups = tuple(dict.fromkeys((*world.catalogue.roles.get(role, ()), *(intent.follow_ups if intent else ()))))
    nexts = [name for name in follow_ups if name not in reply.intents][:4]
    asks = tuple(
        presses.ask(version, ("intent", name), (name,), (drug,), reply.focus.route, reply.focus.population)
        for name in nexts
    )
    rows = [routes, asks[:2], asks[2:4]]
    if any(block.plan for block in reply.blocks):
        rows.insert(0, (presses.ask(version, ("intent", "calendar"), ("calendar",), (drug,)),))
    if reply.patient:
        rows.append((presses.button(version, "keep"), presses.button(version, "new")))
    rows.append((presses.button(version, "wrong"),))
    return tuple(row for row in rows if row)


def _shown(plan: Plan) -> ShownPlan:
    steps = tuple(replace(step, pieces=None) for step in plan.steps)
    return ShownPlan(plan.kind, tuple(fact.id for fact in plan.facts), steps)


def traced(reply: Reply, heard: Understanding) -> Reply:
    """The reply with why it was given, for questions about it."""
    best = (heard.intents or heard.likely or (None,))[0]
    score, margin = (best.score, best.margin) if best else (None, None)
    clinical = reply.kind in ("answer", "not_covered", "ask_back", "did_you_mean", "no_match")
    facts = tuple(dict.fromkeys(fact.id for block in reply.blocks for fact in block.facts))
    sources = tuple(dict.fromkeys(fact.source.id for block in reply.blocks for fact in block.facts))
    focus = reply.focus
    used = (*focus.drugs, focus.route, focus.indication, focus.population, *reply.patient)
    trace = Trace(
        reply.intents,
        score,
        margin,
        best.runner_up if best else "",
        best.nearest if best else "",
        facts,
        sources,
        tuple(word for word in used if word),
        tuple(_shown(block.plan) for block in reply.blocks if block.plan),
    )
    return replace(reply, score=score if clinical else None, margin=margin if clinical else None, trace=trace)
