"""One turn: (Turn, DialogueState, World) → (Reply, DialogueState). Pure: no clock, no network, no globals."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bot import presses
from bot.asking_back import DOSE_BASES, not_understood, unclear
from bot.deciding import decide
from bot.dialogue import OFFERED, DialogueState, Focus, Held, Trace, confirmed, current, replying_to
from bot.following import Request, follow, made_absolute, without_patient
from bot.known import World
from bot.offering import traced
from bot.reply import Notice, Reply, Turn
from bot.talking import talk
from intents.understanding import Alarm, DrugMention, Slots, Understanding

# "all clear, thank you" is 86 like "clear"; "forget" and "start over" are above.
SURE_TO_FORGET = 90.0
EXPORT = "fhir"
OTHER_PRODUCTS = frozenset({"combination", "other_product", "unknown_name"})


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
    heard = world.recogniser.understand(turn.text, bool(state.focus.drugs))
    if heard.alarm.kind:
        return _alarmed(heard.alarm), _touched(state, turn)
    if heard.empty:
        return not_understood(state, world, "empty"), _touched(state, turn)
    heard = made_absolute(_agreed(heard, turn, state), state)
    request = follow(heard, state, turn.at)
    if request.intents and _is_talk(request.intents[0], world):
        if request.intents[0] == "plain" and state.trace.intents and turn.asker.confirmed:
            return _again_plain(turn, state, world)
        if request.intents[0] == "forget" and not _is_certain(heard):
            return _whether_to_forget(world, state), _touched(state, turn)
        if request.intents[0] == "new_patient" and heard.slots.unclear:
            return _unclear_of_new_patient(turn, heard, request, state)
        if request.intents[0] != EXPORT:
            return _talked(turn, state, request, world)
    if not turn.asker.confirmed:
        return _gate(world), _touched(state, turn)
    if EXPORT in request.intents:
        return _exported(turn, heard, request, state, world, bool(heard.slots.drugs))
    reply = decide(turn, heard, request, state, world)
    reply = traced(reply, heard)
    return reply, _remembered(reply, heard, request, state, turn)


def _unclear_of_new_patient(
    turn: Turn, heard: Understanding, request: Request, state: DialogueState
) -> tuple[Reply, DialogueState]:
    """The last patient is put aside, and what is not certain of the next one is asked."""
    reply = traced(unclear(heard.slots, request), heard)
    return reply, _remembered(reply, heard, request, replace(state, doses=()), turn)


def _is_talk(intent: str, world: World) -> bool:
    found = world.catalogue.resolve(intent)
    return found is not None and found.kind == "talk"


def _is_certain(heard: Understanding) -> bool:
    """Whether the words are a command or all but an example to the letter."""
    return bool(heard.intents) and heard.intents[0].score >= SURE_TO_FORGET


def _whether_to_forget(world: World, state: DialogueState) -> Reply:
    """What deletes asks first, unless it was said in so many words ("all clear, thanks" is none)."""
    button = presses.button(world.version, "forget")
    return Reply("talk", "forget_first", intents=("forget",), focus=state.focus, buttons=((button,),))


def _talked(turn: Turn, state: DialogueState, request: Request, world: World) -> tuple[Reply, DialogueState]:
    reply, after = talk(request.intents[0], turn, state, world.knowledge)
    if request.notices:
        reply = replace(reply, notices=(*request.notices, *reply.notices))
    if request.intents[0] != "new_patient":
        return reply, _touched(after, turn)
    about = request.focus
    focus = replace(without_patient(after.focus, named=False), population=about.population, route=about.route)
    focus = replace(focus, indication=about.indication)
    reply = replace(reply, focus=focus, patient=request.patient)
    return reply, _touched(replace(after, focus=focus, patient=request.patient, doses=()), turn)


def _exported(
    turn: Turn, heard: Understanding, request: Request, state: DialogueState, world: World, named: bool
) -> tuple[Reply, DialogueState]:
    """The doses of the last answer as a file; those of what is asked with it, where the words ask something else.

    `named`: a drug is named. What the thread holds of another drug is never exported in its place.
    """
    clinical = tuple(name for name in request.intents if not _is_talk(name, world))
    if not clinical and not _narrowed(heard.slots):
        known = world.knowledge.by_fact
        about = {known[name].drug for name in state.trace.facts if name in known}
        same = bool(request.focus.drugs) and about.issuperset(request.focus.drugs)
        reply, _ = talk(EXPORT, turn, state if same else replace(state, trace=Trace()), world.knowledge)
        if reply.regimen or not named:
            return replace(reply, notices=request.notices), _touched(state, turn)
    before = tuple(name for name in state.focus.intents if not _is_talk(name, world))
    intents = clinical or before or ("dose",)
    request = replace(request, intents=intents, focus=replace(request.focus, intents=intents))
    asked = traced(decide(turn, heard, request, state, world), heard)
    state = _remembered(asked, heard, request, state, turn)
    if asked.kind != "answer":
        return asked, state
    reply, _ = talk(EXPORT, turn, state, world.knowledge)
    return replace(reply, notices=asked.notices), state


def _narrowed(slots: Slots) -> bool:
    """Whether words say whom or what a question is about, beside a drug of ours."""
    return replace(slots, drugs=(), joined=(), read_as=()) != Slots()


def _again_plain(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """The last answer once more, as text without markup that can be copied."""
    focus = replace(state.focus, intents=state.trace.intents)
    request = Request(state.trace.intents, focus, state.patient, (), state.earlier)
    reply = decide(turn, Understanding(Alarm(), Slots(), ()), request, state, world)
    return replace(reply, plain=True, intents=("plain",), trace=state.trace), _touched(state, turn)


def _alarmed(alarm: Alarm) -> Reply:
    return Reply("refusal", alarm.kind, reason=alarm.kind, detail=(alarm.detail,) if alarm.detail else ())


def _gate(world: World) -> Reply:
    buttons = (
        (presses.button(world.version, "confirm"),),
        (presses.button(world.version, "patient"),),
    )
    return Reply("refusal", "gate", reason="not_professional", buttons=buttons)


def _touched(state: DialogueState, turn: Turn) -> DialogueState:
    return replace(state, touched=turn.at, asked_back="")


def _remembered(
    reply: Reply, heard: Understanding, request: Request, state: DialogueState, turn: Turn
) -> DialogueState:
    """The thread after an answer; what was only asked back changes nothing but what was certain."""
    if reply.kind in ("did_you_mean", "no_match", "refusal"):
        kept = replace(state, asked_back="", touched=turn.at)
        intents = request.intents or kept.focus.intents
        if reply.kind == "did_you_mean" or request.focus.drugs != state.focus.drugs:
            return _beside_another(reply, heard, request, replace(kept, focus=replace(kept.focus, intents=intents)))
        return replace(kept, focus=replace(kept.focus, intents=intents))
    if reply.template in OTHER_PRODUCTS:
        kept = replace(state, asked_back="", touched=turn.at, patient=request.patient)
        return _beside_another(reply, heard, request, kept)
    if reply.template == "no_facts":
        focus = replace(reply.focus, intents=request.intents)
        earlier = tuple(dict.fromkeys((*request.focus.drugs, *request.earlier)))
        return DialogueState(focus, earlier, request.patient, state.trace, "", (), turn.at)
    asked_back = reply.detail[0] if reply.kind == "ask_back" and reply.detail else ""
    patient: Mapping[str, Held] = {} if request.impossible else request.patient
    trace = reply.trace if reply.blocks else state.trace
    if reply.kind == "not_covered" and reply.focus.drugs and reply.template == "topic_not_covered":
        # A route by which the drug has no fact at all must not empty every answer that follows.
        held = {route for block in reply.blocks for route in block.drug.routes}
        request = request if request.focus.route in held else replace(request, focus=replace(request.focus, route=""))
    doses = heard.slots.doses or (state.doses if "dose_check" in request.intents else ())
    # A comparison names drugs that nobody did: a follow-up ("which of those …") is about them.
    focus = reply.focus if reply.kind == "answer" and reply.focus.drugs else request.focus
    earlier = request.earlier
    if "switch" in reply.intents and len(focus.drugs) > 1:
        # What is asked next is asked of the drug that is begun; the other one stays at hand.
        earlier = tuple(dict.fromkeys((*focus.drugs[:1], *earlier)))
        focus = replace(focus, drugs=focus.drugs[-1:])
    return DialogueState(focus, earlier, patient, trace, asked_back, doses, turn.at)


def _agreed(heard: Understanding, turn: Turn, state: DialogueState) -> Understanding:
    """ "Yes" to the one drug that was offered names it, as its button does."""
    if not heard.slots.agrees or state.asked_back != OFFERED or not state.earlier:
        return heard
    named = DrugMention(state.earlier[0], turn.text, state.earlier[0])
    return Understanding(heard.alarm, replace(heard.slots, drugs=(named,), correction=False), (), bare=True)


def _beside_another(reply: Reply, heard: Understanding, request: Request, state: DialogueState) -> DialogueState:
    """The thread after another drug was named, for certain or not: what follows is not about the last one.

    Those that may have been meant, and those that were named, stand first among the drugs to choose from.
    """
    named = tuple(mention.drug for mention in heard.slots.drugs)
    certain = named if reply.kind in ("did_you_mean", "no_match") and not reply.drugs else ()
    offered = reply.detail if reply.template in ("combination", "other_product") else reply.drugs
    earlier = tuple(dict.fromkeys((*offered, *named, *state.focus.drugs, *request.earlier)))[:5]
    focus = Focus(certain, population=state.focus.population, intents=state.focus.intents)
    asked_back = OFFERED if reply.kind == "did_you_mean" and len(reply.drugs) == 1 else ""
    doses = heard.slots.doses if asked_back else ()
    return replace(state, focus=focus, earlier=earlier, asked_back=asked_back, doses=doses)


def _pressed(turn: Turn, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    order = presses.read(turn.press, world.version)
    if order is None or (order.kind == "dose" and order.args[:1] not in [(how,) for how in DOSE_BASES]):
        return Reply("no_match", "no_match", detail=("button",)), _touched(state, turn)
    if order.kind == "confirm":
        return _confirmed(turn, state, world)
    if order.kind == "patient":
        return _alarmed(Alarm("patient")), _touched(state, turn)
    if order.kind == "ask":
        return _ordered(turn, order, state, world)
    if order.kind == "dose":
        return _with_basis(turn, order.args[0], state, world)
    if order.kind == "keep":
        state = replace(state, patient=confirmed(state.patient, turn.at))
    named = {"new": "new_patient", "drugs": "coverage", "keep": "context", "wrong": "wrong"}
    turn = replace(turn, text=" ".join(order.args))
    reply, after = talk(named.get(order.kind, order.kind), turn, state, world.knowledge)
    return _noted(reply, order), _touched(after, turn)


def _with_basis(turn: Turn, how: str, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """The dose that was asked back for, with the basis that the button gives it."""
    if not state.doses or not turn.asker.confirmed:
        return Reply("no_match", "no_match", detail=("button",)), _touched(state, turn)
    whole = how == "day"
    dose = replace(state.doses[0], basis="day" if whole else "dose", times_daily=None if whole else Decimal(how))
    request = Request(("dose_check",), replace(state.focus, intents=("dose_check",)), state.patient, (), state.earlier)
    heard = Understanding(Alarm(), Slots(doses=(dose,)), ())
    reply = traced(decide(turn, heard, request, state, world), heard)
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


def _ordered(turn: Turn, order: presses.Order, state: DialogueState, world: World) -> tuple[Reply, DialogueState]:
    """A button that asks: the same path as words, with everything already certain."""
    if not turn.asker.confirmed:
        return _gate(world), _touched(state, turn)
    drugs = tuple(name for name in order.drugs if name in world.knowledge.by_name) or (
        () if order.drugs else state.focus.drugs
    )
    intents = tuple(name for name in order.intents if world.catalogue.resolve(name))
    if not intents or (order.drugs and not drugs):
        return _noted(Reply("no_match", "no_match", detail=("button",)), replace(order, stale=True)), _touched(
            state, turn
        )
    same = drugs == state.focus.drugs
    focus = Focus(
        drugs,
        "" if order.route == presses.NO_ROUTE else order.route or (state.focus.route if same else ""),
        state.focus.indication if same else "",
        order.population or state.focus.population,
        intents,
    )
    earlier = state.earlier if same else tuple(dict.fromkeys((*state.focus.drugs, *state.earlier)))[:5]
    request = Request(intents, focus, state.patient, (), earlier)
    heard = Understanding(Alarm(), Slots(with_classes=order.partners), ())
    if EXPORT in intents:
        return _exported(turn, heard, request, state, world, bool(order.drugs))
    if _is_talk(intents[0], world):
        return _talked(turn, state, request, world)
    reply = traced(decide(turn, heard, request, state, world), heard)
    reply = replace(reply, page=order.page)
    return _noted(reply, order), _remembered(reply, heard, request, state, turn)
