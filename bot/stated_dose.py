"""What a dose in the message leads to: a question about it, the check of it, or a taper down from it."""

from dataclasses import replace
from decimal import Decimal

from bot import presses
from bot.asking_back import unstated_dose
from bot.checking import check_dose, unstated
from bot.dosing.by_weight import WHOLE
from bot.dosing.facts import ANY, Fact
from bot.dosing.lookup import find, is_for_use, severity
from bot.dosing.plan import Plan, in_pieces, taper_over, taper_plan
from bot.dosing.quantity import Quantity
from bot.following import Request
from bot.for_patient import weight_of
from bot.known import World
from bot.reply import Block, Reply
from intents.understanding import ProposedDose, Slots

ROUTE_FIRST = frozenset({"dose_check"})


def dose_questions(slots: Slots, blocks: list[Block], request: Request, world: World) -> Reply | None:
    """Before a dose is judged: a dose with unit and basis, and the route, are asked for."""
    checks = [block for block in blocks if block.intent in ROUTE_FIRST]
    if not checks:
        return None
    if not slots.doses:
        return Reply("ask_back", "unclear", intents=request.intents, focus=request.focus, detail=("dose", ""))
    if len(slots.doses) > 1:
        return Reply("ask_back", "unclear", intents=request.intents, focus=request.focus, detail=("doses", ""))
    missing = unstated(slots.doses[0])
    if missing:
        return unstated_dose(missing, slots.doses[0], request, world)
    block = checks[0]
    if not request.focus.route and block.other_routes:
        routes = (block.route, *(other.route for other in block.other_routes))
        return Reply(
            "ask_back",
            "which_route",
            intents=request.intents,
            drugs=(block.drug.name,),
            focus=request.focus,
            patient=request.patient,
            detail=("route", *routes),
            buttons=tuple(
                (presses.ask(world.version, ("route", route), ("dose_check",), (block.drug.name,), route),)
                for route in routes
            ),
        )
    return None


def with_dose(block: Block, doses: tuple[ProposedDose, ...], request: Request, locale: str) -> Block:
    """Adds what a stated dose makes possible: the check of it, or a taper down from it."""
    if not doses or not block.answers:
        return block
    if block.intent == "dose_check":
        weight = weight_of(request.patient)
        # Whoever the thread is about: the check itself asks whether the kidneys are poor.
        facts = tuple(dict.fromkeys((*block.facts, *find(block.drug, ("toxic_dose",), block.route, ("renal",)))))
        return replace(block, check=check_dose(doses[0], facts, block.patient, block.population, weight), no="")
    dose, routed = doses[0], bool(request.focus.route) or not block.other_routes
    if block.intent != "stop" or dose.amount.unit not in ("mg", "ug") or not routed:
        return block
    times = Decimal(1) if dose.basis == "day" else dose.times_daily
    if not times:
        return block
    most = max(dose.amount.value, dose.high or dose.amount.value) * times
    plan = _taper(block, Quantity(most, most, dose.amount.unit), request.focus.indication)
    products = block.drug.sold(block.route, locale)
    return replace(block, plan=in_pieces(plan, products)) if plan else replace(block, unplannable=True)


def _taper(block: Block, present: Quantity, use: str) -> Plan | None:
    """By cited steps where a source gives them; else evenly within the longest cited length, whoever gives it.

    What is for the use that was asked about comes first, then what is for any. A step or length of only a part of
    the way down ("from 20 mg to 10 mg") makes no table: the rest of the way would not be its source's.
    """
    told = (fact for fact in block.facts if not fact.absent and fact.at.about in WHOLE)
    facts = sorted(told, key=lambda fact: _far_from_use(fact, use))
    for step in (fact for fact in facts if fact.what == "taper_step"):
        for interval in (f for f in facts if f.what == "taper_interval" and f.source.id == step.source.id):
            if plan := taper_plan(present, step, interval):
                return plan
    lengths = _lengths(block, use)
    return taper_over(present, min(lengths, key=severity)) if lengths else None


def _far_from_use(fact: Fact, use: str) -> int:
    """None for the use itself, then for any use, then for another."""
    if fact.at.indication == ANY:
        return 1
    return 0 if use and is_for_use(fact.at.indication, use) else 2


def _lengths(block: Block, use: str) -> list[Fact]:
    """What sources say of a taper's length for the first people; an operator's own line never stands alone for them."""
    lengths = list[Fact]()
    sections = [s for group in block.groups for s in group.sections if s.what == "taper_duration"]
    for section in sorted(sections, key=lambda section: _far_from_use(section.fact, use)):
        lengths += [line.fact for line in section.lines if not line.fact.absent and line.fact.at.about in WHOLE]
        if any(not fact.source.local for fact in lengths):
            break
    return lengths
