"""Replies that ask: which drug, which question, which route, what a number means; never an answer by guess."""

from dataclasses import replace

from bot import presses
from bot.dialogue import DialogueState
from bot.dosing.facts import ANY, Drug
from bot.dosing.lookup import is_for_use
from bot.following import Request
from bot.known import World
from bot.reply import Button, Reply
from intents.understanding import OtherName, ProposedDose, Slots, Understanding

MOST_CHOICES = 3
# How an amount without basis may have been meant: in a day, or so many times a day.
DOSE_BASES = ("day", "1", "2", "3", "4")


def did_you_mean(other: OtherName, heard: Understanding, request: Request, world: World) -> Reply:
    """Asks which drug was meant; a question that is not certain either stands on the button that asks it."""
    held = tuple(n for n in other.candidates[:MOST_CHOICES] if n in world.knowledge.by_name)
    rows = [(_chosen(name, heard, request, world),) for name in held]
    unheld = tuple(n for n in other.candidates if n not in world.knowledge.by_name)
    rows.append((presses.button(world.version, "wrong"),))
    return Reply(
        "did_you_mean",
        "did_you_mean",
        intents=request.intents or _likeliest(heard),
        drugs=held,
        others=unheld,
        detail=(other.written,),
        buttons=tuple(rows),
        listed=tuple(world.knowledge.by_name[name] for name in held),
    )


def _chosen(name: str, heard: Understanding, request: Request, world: World) -> Button:
    """The button of one drug that may have been meant, with the question that was certain, or with the likeliest."""
    drug, likeliest = world.knowledge.by_name[name], () if request.intents else _likeliest(heard)
    label = ("intent", *likeliest, name) if likeliest else ("drug", name, drug.drug_class)
    intents = request.intents or likeliest or ("overview",)
    return presses.ask(world.version, label, intents, (name,), request.focus.route)


def _likeliest(heard: Understanding) -> tuple[str, ...]:
    return tuple(match.intent for match in heard.likely[:1])


def not_this_product(other: OtherName, request: Request, world: World) -> Reply:
    """A combination or another product of the same substance: named, never answered with the plain dose."""
    ours = [name for name in (*other.parts, *other.candidates) if name in world.knowledge.by_name]
    intents = request.intents or ("overview",)
    rows = tuple((presses.ask(world.version, ("alone", name), intents, (name,)),) for name in dict.fromkeys(ours))
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


def unknown_name(other: OtherName, request: Request) -> Reply:
    """A word where a drug's name would stand, near to none that is known: nothing is answered about another drug."""
    return Reply(
        "not_covered",
        "unknown_name",
        no="not_in_facts",
        intents=request.intents,
        others=(other.written,),
        detail=(other.written,),
        notices=request.notices,
        focus=replace(request.focus, drugs=(), route="", indication=""),
    )


def unclear(slots: Slots, request: Request) -> Reply:
    if request.impossible:
        return Reply(
            "ask_back", "impossible", intents=request.intents, patient=request.patient, detail=request.impossible
        )
    unclear = slots.unclear[0]
    return Reply(
        "ask_back",
        "unclear",
        intents=request.intents,
        focus=request.focus,
        patient=request.patient,
        notices=request.notices,
        detail=(unclear.question, unclear.written, *unclear.choices),
    )


def which_question(heard: Understanding, request: Request, state: DialogueState, world: World) -> Reply:
    likely = tuple(match.intent for match in heard.likely[:MOST_CHOICES])
    if heard.out_of_scope and not (request.focus.drugs and likely):
        return Reply("refusal", "out_of_scope", reason="out_of_scope")
    if not likely or state.asked_back == "question":
        return not_understood(state, world, "twice" if state.asked_back == "question" else "unknown")
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
        notices=request.notices,
        buttons=rows,
        detail=("question",),
    )


def not_understood(state: DialogueState, world: World, why: str) -> Reply:
    drugs = state.focus.drugs
    rows: tuple[tuple[Button, ...], ...] = ()
    if drugs:
        label = ("intent", "overview", *drugs[:1])
        rows = ((presses.ask(world.version, label, ("overview",), drugs[:1]),),)
    return Reply("no_match", "no_match", detail=(why,), buttons=(*rows, (presses.button(world.version, "drugs"),)))


def which_drug(request: Request, state: DialogueState, world: World) -> Reply:
    likely = sorted(world.knowledge.drugs, key=lambda drug: _unlikeliness(drug, request))
    offered = tuple(dict.fromkeys((*state.earlier, *(drug.name for drug in likely))))[:MOST_CHOICES]
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


def _unlikeliness(drug: Drug, request: Request) -> tuple[bool, bool, bool]:
    """Drugs that have the route and the use that were said come first, then those with facts to show."""
    use = request.focus.indication or "spasticity"
    uses = {fact.at.indication for facts in drug.shown.values() for fact in facts}
    held = any(is_for_use(one, use) for one in uses if one != ANY)
    return bool(request.focus.route) and request.focus.route not in drug.routes, not held, not drug.shown


def unstated_dose(missing: str, dose: ProposedDose, request: Request, world: World) -> Reply:
    """Asks for the unit, or offers the proposed amount per day and per dose as buttons."""
    rows: tuple[tuple[Button, ...], ...] = ()
    if missing == "dose_basis":
        rows = tuple((presses.button(world.version, "dose", how, label=("dose_basis", how)),) for how in DOSE_BASES)
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
