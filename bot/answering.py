"""One turn: (Turn, DialogueState, World) → (Reply, DialogueState). Pure: no clock, no network, no globals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from bot import presses
from bot.checking import check_dose, unstated
from bot.composing import Composer
from bot.dialogue import DialogueState, Focus, Held, Trace, confirmed, current, replying_to
from bot.dosing.facts import Drug, Knowledge
from bot.dosing.lookup import find
from bot.dosing.plan import taper_plan
from bot.dosing.quantity import Quantity
from bot.following import Request, follow
from bot.reply import Block, Button, Notice, Reply, Turn
from bot.talking import talk
from intents.catalogue import Catalogue
from intents.understanding import Alarm, OtherName, ProposedDose, Slots, Understanding

MOST_DRUGS = 3
MOST_INTENTS = 3
MOST_CHOICES = 3
# Asked about a drug together with something else: other names are partners, not the drug asked about.
PARTNERED = frozenset({"interactions", "comparison", "switch", "alternatives"})
ROUTE_FIRST = frozenset({"dose_check"})
# How an amount without basis may have been meant: in a day, or so many times a day.
DOSE_BASES = ("day", "1", "2", "3", "4")


class Recogniser(Protocol):
    """What answering needs of `intents`: words in, understanding out."""

    def understand(self, utterance: str) -> Understanding: ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything fixed for a run: facts, intents and settings that shape answers."""

    knowledge: Knowledge
    catalogue: Catalogue
    recogniser: Recogniser
    composer: Composer
    patient_specific: bool = True

    @property
    def version(self) -> str:
        return self.knowledge.version


def answer(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """The reply to one turn and what the thread remembers after it."""
    state = current(state, turn.at)
    if turn.replying_to is not None:
        state = replying_to(state, turn.replying_to, turn.asker.user, turn.at)
    if turn.press:
        return _pressed(turn, state, world)
    if turn.attachment:
        return Reply("talk", "attachment", detail=(turn.attachment,)), _touched(state, turn)
    return _said(turn, state, world)


def _said(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    heard = world.recogniser.understand(turn.text)
    if heard.alarm.kind:
        return _alarmed(heard.alarm), _touched(state, turn)
    if heard.empty:
        return _not_understood(state, world, "empty"), _touched(state, turn)
    request = follow(heard, state, turn.at)
    if request.intents and _is_talk(request.intents[0], world):
        if request.intents[0] == "plain" and state.trace.intents and turn.asker.confirmed:
            return _again_plain(turn, state, world)
        return _talked(turn, state, request, world)
    if not turn.asker.confirmed:
        return _gate(world), _touched(state, turn)
    reply = _decide(turn, heard, request, state, world)
    reply = _traced(reply, heard)
    return reply, _remembered(reply, heard, request, state, turn)


def _is_talk(intent: str, world: World) -> bool:
    found = world.catalogue.resolve(intent)
    return found is not None and found.kind == "talk"


def _talked(turn: Turn, state: DialogueState, request: Request, world: World) -> tuple[Reply, DialogueState]:
    reply, after = talk(request.intents[0], turn, state, world.knowledge, world.catalogue)
    if request.notices:
        reply = replace(reply, notices=(*request.notices, *reply.notices))
    if request.intents[0] != "new_patient":
        return reply, _touched(after, turn)
    focus = replace(after.focus, population=request.focus.population)
    reply = replace(reply, focus=focus, patient=request.patient)
    return reply, _touched(replace(after, focus=focus, patient=request.patient), turn)


def _again_plain(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """The last answer once more, as text without markup that can be copied."""
    focus = replace(state.focus, intents=state.trace.intents)
    request = Request(state.trace.intents, focus, state.patient, (), state.earlier)
    reply = _decide(turn, Understanding(Alarm(), Slots(), ()), request, state, world)
    return replace(reply, plain=True, intents=("plain",), trace=state.trace), _touched(state, turn)


def _alarmed(alarm: Alarm) -> Reply:
    return Reply("refusal", alarm.kind, reason=alarm.kind, detail=(alarm.detail,) if alarm.detail else ())


def _gate(world: World) -> Reply:
    buttons = (
        (presses.button(world.version, "confirm"),),
        (presses.button(world.version, "patient"),),
    )
    return Reply("refusal", "gate", reason="not_professional", buttons=buttons)


def _decide(turn: Turn, heard: Understanding, request: Request, state: DialogueState, world: World) -> Reply:
    """The first of these that applies: an unsure name, an unclear number, no question, no drug, the answer."""
    slots = heard.slots
    partnered = bool(set(request.intents) & PARTNERED)
    named = _named_otherwise(slots, request, partnered, world)
    if named is not None:
        return named
    if slots.unclear or request.impossible:
        return _unclear(slots, request)
    if not request.intents:
        return _which_question(heard, request, state, world)
    if "coverage" in request.intents:
        return talk("coverage", turn, state, world.knowledge, world.catalogue)[0]
    drugs = [world.knowledge.by_name[name] for name in request.focus.drugs if name in world.knowledge.by_name]
    if not drugs:
        return _which_drug(request, state, world)
    return _answered(turn, slots, request, drugs, state, world)


def _named_otherwise(slots: Slots, request: Request, partnered: bool, world: World) -> Reply | None:
    """The reply to a name that may not be answered as if it were one of our drugs, or None."""
    for other in slots.others:
        if other.kind == "offered":
            return _did_you_mean(other, request, world)
        if other.kind in ("combination", "other_product"):
            return _not_this_product(other, request, world)
    unknown = [other for other in slots.others if other.kind == "no_facts"]
    if unknown and not slots.drugs and not (partnered and request.focus.drugs):
        return Reply(
            "not_covered",
            "no_facts",
            no="not_in_facts",
            intents=request.intents,
            others=tuple(other.name for other in unknown),
            detail=tuple(other.substance for other in unknown),
            notices=request.notices,
            focus=replace(request.focus, drugs=(), route="", indication=""),
        )
    joined = [pair for pair in slots.joined if any(other.name in pair for other in unknown)]
    if joined and not partnered:
        pair = joined[0]
        known = next(m.drug for m in slots.drugs if m.name in pair or m.drug in pair)
        partner = next(name for name in pair if name != known)
        return _not_this_product(
            OtherName("combination", " with ".join(pair), parts=(known, partner)), request, world
        )
    return None


def _did_you_mean(other: OtherName, request: Request, world: World) -> Reply:
    intents = request.intents or ("overview",)
    rows = []
    for name in other.candidates[:MOST_CHOICES]:
        drug = world.knowledge.by_name.get(name)
        if drug:
            label = ("drug", drug.name, drug.drug_class)
            rows.append((presses.ask(world.version, label, intents, (name,), request.focus.route),))
    held = tuple(n for n in other.candidates if n in world.knowledge.by_name)
    unheld = tuple(n for n in other.candidates if n not in world.knowledge.by_name)
    rows.append((presses.button(world.version, "wrong"),))
    return Reply(
        "did_you_mean",
        "did_you_mean",
        intents=request.intents,
        drugs=held,
        others=unheld,
        detail=(other.written,),
        buttons=tuple(rows),
        listed=tuple(world.knowledge.by_name[name] for name in held),
    )


def _not_this_product(other: OtherName, request: Request, world: World) -> Reply:
    """A combination or another product of the same substance: named, never answered with the plain dose."""
    ours = [name for name in (*other.parts, *other.candidates) if name in world.knowledge.by_name]
    intents = request.intents or ("overview",)
    rows = tuple(
        (presses.ask(world.version, ("alone", name), intents, (name,)),) for name in dict.fromkeys(ours)
    )
    return Reply(
        "not_covered",
        other.kind,
        no="not_in_facts",
        intents=request.intents,
        others=(other.name or other.written,),
        detail=(*dict.fromkeys(ours),),
        notices=request.notices,
        buttons=rows,
    )


def _unclear(slots: Slots, request: Request) -> Reply:
    if request.impossible:
        return Reply("ask_back", "impossible", intents=request.intents, patient=request.patient)
    unclear = slots.unclear[0]
    return Reply(
        "ask_back",
        "unclear",
        intents=request.intents,
        focus=request.focus,
        patient=request.patient,
        detail=(unclear.question, unclear.written, *unclear.choices),
    )


def _which_question(heard: Understanding, request: Request, state: DialogueState, world: World) -> Reply:
    likely = tuple(match.intent for match in heard.likely[:MOST_CHOICES])
    if heard.out_of_scope:
        return Reply("refusal", "out_of_scope", reason="out_of_scope")
    if not likely or state.asked_back == "question":
        return _not_understood(state, world, "twice" if state.asked_back == "question" else "unknown")
    drugs = request.focus.drugs
    rows = tuple(
        (presses.ask(world.version, ("intent", intent, *drugs[:1]), (intent,), drugs, request.focus.route),)
        for intent in likely
    )
    rows += ((presses.button(world.version, "wrong"),),)
    return Reply(
        "ask_back",
        "which_question",
        intents=likely,
        drugs=drugs,
        focus=request.focus,
        patient=request.patient,
        buttons=rows,
        detail=("question",),
    )


def _not_understood(state: DialogueState, world: World, why: str) -> Reply:
    drugs = state.focus.drugs
    rows: tuple[tuple[Button, ...], ...] = ()
    if drugs:
        label = ("intent", "overview", *drugs[:1])
        rows = ((presses.ask(world.version, label, ("overview",), drugs[:1]),),)
    return Reply(
        "no_match", "no_match", detail=(why,), buttons=(*rows, (presses.button(world.version, "drugs"),))
    )


def _which_drug(request: Request, state: DialogueState, world: World) -> Reply:
    offered = tuple(dict.fromkeys((*state.earlier, *world.knowledge.by_name)))[:MOST_CHOICES]
    rows = tuple(
        (presses.ask(world.version, ("drug", name, ""), request.intents, (name,), request.focus.route),)
        for name in offered
        if name in world.knowledge.by_name
    )
    return Reply(
        "ask_back",
        "which_drug",
        intents=request.intents,
        focus=request.focus,
        patient=request.patient,
        notices=request.notices,
        buttons=rows,
        detail=("drug",),
    )


def _answered(
    turn: Turn, slots: Slots, request: Request, drugs: list[Drug], state: DialogueState, world: World
) -> Reply:
    asked = [intent for name in request.intents[:MOST_INTENTS] if (intent := world.catalogue.resolve(name))]
    if "dose_check" in request.intents and not slots.doses:
        slots = replace(slots, doses=state.doses)
    about = _about(slots, drugs)
    notices = list(request.notices)
    notices += [Notice("no_facts", (o.name, o.substance)) for o in slots.others if o.kind == "no_facts"]
    blocks: list[Block] = []
    for drug in drugs[:MOST_DRUGS]:
        for intent in asked:
            partners = tuple(name for name in about if name != drug.name) if intent.id in PARTNERED else ()
            focus = replace(request.focus, drugs=(), intents=())
            blocks.append(world.composer.compose(intent.id, drug.name, focus, turn.asker.locale, partners))
    asked_back = _dose_questions(slots, blocks, request, world)
    if asked_back is not None:
        return asked_back
    blocks = [_with_dose(block, slots.doses) for block in blocks]
    shown = [block for block in blocks if block.answers]
    reply = Reply(
        "answer" if shown else "not_covered",
        "answer" if shown else "topic_not_covered",
        no=_one_no(blocks),
        intents=tuple(intent.id for intent in asked),
        drugs=tuple(drug.name for drug in drugs[:MOST_DRUGS]),
        others=tuple(dict.fromkeys((*about, *(o.name for o in slots.others if o.name)))),
        notices=tuple(notices),
        blocks=tuple(blocks),
        focus=request.focus,
        patient=request.patient,
    )
    return replace(reply, buttons=_follow_ups(reply, turn.asker.role, world))


def _about(slots: Slots, drugs: list[Drug]) -> tuple[str, ...]:
    partners = [name.replace(" ", "_") for name in slots.with_classes]
    partners += [other.name for other in slots.others if other.kind == "no_facts"]
    if len(drugs) > 1:
        partners += [drug.name for drug in drugs]
    return tuple(dict.fromkeys(partners))


def _dose_questions(slots: Slots, blocks: list[Block], request: Request, world: World) -> Reply | None:
    """Before a dose is judged: a dose with unit and basis, and the route, are asked for."""
    checks = [block for block in blocks if block.intent in ROUTE_FIRST]
    if not checks:
        return None
    if not slots.doses:
        return Reply("ask_back", "unclear", intents=request.intents, focus=request.focus, detail=("dose", ""))
    missing = unstated(slots.doses[0])
    if missing:
        return _unstated_dose(missing, slots.doses[0], request, world)
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


def _unstated_dose(missing: str, dose: ProposedDose, request: Request, world: World) -> Reply:
    """Asks for the unit, or offers the proposed amount per day and per dose as buttons."""
    rows: tuple[tuple[Button, ...], ...] = ()
    if missing == "dose_basis":
        rows = tuple(
            (presses.button(world.version, "dose", how, label=("dose_basis", how)),) for how in DOSE_BASES
        )
    return Reply(
        "ask_back",
        "unclear",
        intents=request.intents,
        drugs=request.focus.drugs,
        focus=request.focus,
        patient=request.patient,
        detail=(missing, dose.amount.written),
        buttons=rows,
    )


def _with_dose(block: Block, doses: tuple[ProposedDose, ...]) -> Block:
    """Adds what a stated dose makes possible: the check of it, or a taper down from it."""
    if not doses or not block.groups:
        return block
    if block.intent == "dose_check":
        return replace(block, check=check_dose(doses[0], block.facts))
    if block.intent != "stop" or doses[0].amount.unit not in ("mg", "ug"):
        return block
    dose = doses[0]
    total = dose.amount.value * (dose.times_daily or 1) if dose.basis != "day" else dose.amount.value
    if dose.basis != "day" and not dose.times_daily:
        return block
    facts = find(block.drug, ("taper_step", "taper_interval"), block.route)
    for step in (fact for fact in facts if fact.what == "taper_step"):
        for interval in (f for f in facts if f.what == "taper_interval" and f.source.id == step.source.id):
            plan = taper_plan(Quantity(total, total, dose.amount.unit), step, interval)
            if plan:
                return replace(block, plan=plan)
    return block


def _one_no(blocks: list[Block]) -> str:
    kinds = {block.no for block in blocks}
    return kinds.pop() if len(kinds) == 1 else ""


def _follow_ups(reply: Reply, role: str, world: World) -> tuple[tuple[Button, ...], ...]:
    """Other routes first, then the likeliest next questions (the role's own before others), then the way out."""
    block = next((b for b in reply.blocks if b.answers), reply.blocks[0])
    version, drug = world.version, block.drug.name
    routes = tuple(
        presses.ask(version, ("route", other.route), (block.intent,), (drug,), other.route)
        for other in block.other_routes
    )
    intent = world.catalogue.resolve(block.intent)
    follow_ups = tuple(
        dict.fromkeys((*world.catalogue.roles.get(role, ()), *(intent.follow_ups if intent else ())))
    )
    nexts = [name for name in follow_ups if name not in reply.intents][:4]
    asks = tuple(
        presses.ask(version, ("intent", name), (name,), (drug,), reply.focus.route, reply.focus.population)
        for name in nexts
    )
    rows = [routes, asks[:2], asks[2:4]]
    if reply.patient:
        rows.append((presses.button(version, "keep"), presses.button(version, "new")))
    rows.append((presses.button(version, "wrong"),))
    return tuple(row for row in rows if row)


def _traced(reply: Reply, heard: Understanding) -> Reply:
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
    )
    return replace(reply, score=score if clinical else None, margin=margin if clinical else None, trace=trace)


def _touched(state: DialogueState, turn: Turn) -> DialogueState:
    return replace(state, touched=turn.at, asked_back="")


def _remembered(
    reply: Reply, heard: Understanding, request: Request, state: DialogueState, turn: Turn
) -> DialogueState:
    """The thread after an answer; what was only asked back changes nothing but what was certain."""
    if reply.kind in ("did_you_mean", "no_match", "refusal"):
        kept = replace(state, asked_back="", touched=turn.at)
        return replace(kept, focus=replace(kept.focus, intents=request.intents or kept.focus.intents))
    if reply.template == "no_facts":
        focus = replace(reply.focus, intents=request.intents)
        earlier = tuple(dict.fromkeys((*request.focus.drugs, *request.earlier)))
        return DialogueState(focus, earlier, request.patient, state.trace, "", (), turn.at)
    asked_back = reply.detail[0] if reply.kind == "ask_back" and reply.detail else ""
    patient: Mapping[str, Held] = {} if request.impossible else request.patient
    trace = reply.trace if reply.blocks else state.trace
    doses = heard.slots.doses or (state.doses if "dose_check" in request.intents else ())
    return DialogueState(request.focus, request.earlier, patient, trace, asked_back, doses, turn.at)


def _pressed(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    order = presses.read(turn.press, world.version)
    if order is None:
        return Reply("no_match", "no_match", detail=("button",)), _touched(state, turn)
    if order.kind == "confirm":
        return _confirmed(turn, state, world)
    if order.kind == "patient":
        return _alarmed(Alarm("patient")), _touched(state, turn)
    if order.kind == "ask":
        return _ordered(turn, order, state, world)
    if order.kind == "dose" and order.args[:1] and order.args[0] in DOSE_BASES:
        return _with_basis(turn, order.args[0], state, world)
    if order.kind == "keep":
        state = replace(state, patient=confirmed(state.patient, turn.at))
    named = {"new": "new_patient", "drugs": "coverage", "keep": "context", "wrong": "wrong"}
    turn = replace(turn, text=" ".join(order.args))
    reply, after = talk(named.get(order.kind, order.kind), turn, state, world.knowledge, world.catalogue)
    return _noted(reply, order), _touched(after, turn)


def _with_basis(turn: Turn, how: str, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """The dose that was asked back for, with the basis that the button gives it."""
    if not state.doses or not turn.asker.confirmed:
        return Reply("no_match", "no_match", detail=("button",)), _touched(state, turn)
    whole = how == "day"
    dose = replace(
        state.doses[0], basis="day" if whole else "dose", times_daily=None if whole else Decimal(how)
    )
    request = Request(
        ("dose_check",), replace(state.focus, intents=("dose_check",)), state.patient, (), state.earlier
    )
    heard = Understanding(Alarm(), Slots(doses=(dose,)), ())
    reply = _traced(_decide(turn, heard, request, state, world), heard)
    return reply, _remembered(reply, heard, request, state, turn)


def _noted(reply: Reply, order: presses.Order) -> Reply:
    return replace(reply, notices=(Notice("old_button"), *reply.notices)) if order.stale else reply


def _confirmed(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    asker = replace(turn.asker, confirmed=True)
    again = replace(turn, press="", asker=asker)
    if not turn.text.strip():
        return Reply("talk", "welcome", asker=asker), _touched(state, turn)
    reply, after = _said(again, state, world)
    return replace(reply, asker=asker), after


def _ordered(
    turn: Turn, order: presses.Order, state: DialogueState, world: World
) -> tuple[Reply, DialogueState]:
    """A button that asks: the same path as words, with everything already certain."""
    if not turn.asker.confirmed:
        return _gate(world), _touched(state, turn)
    drugs = tuple(name for name in order.drugs if name in world.knowledge.by_name) or (
        () if order.drugs else state.focus.drugs
    )
    intents = tuple(name for name in order.intents if world.catalogue.resolve(name))
    if not intents or (order.drugs and not drugs):
        return _noted(
            Reply("no_match", "no_match", detail=("button",)), replace(order, stale=True)
        ), _touched(state, turn)
    same = drugs == state.focus.drugs
    focus = Focus(
        drugs,
        order.route or (state.focus.route if same else ""),
        state.focus.indication if same else "",
        order.population or state.focus.population,
        intents,
    )
    earlier = state.earlier if same else tuple(dict.fromkeys((*state.focus.drugs, *state.earlier)))[:5]
    request = Request(intents, focus, state.patient, (), earlier)
    heard = Understanding(Alarm(), Slots(), ())
    reply = _traced(_decide(turn, heard, request, state, world), heard)
    reply = replace(reply, page=order.page)
    return _noted(reply, order), _remembered(reply, heard, request, state, turn)
