"""Which reply a request gets: a name that is not certain first, then what is missing, then the answer."""

from dataclasses import replace

from bot.asking_back import (
    did_you_mean,
    not_this_product,
    unclear,
    unknown_name,
    which_drug,
    which_question,
)
from bot.comparing import comparison, for_same_use, instead_of, switch
from bot.composing import Partner
from bot.dialogue import OFFERED, DialogueState, Focus, is_old, taken_of
from bot.dosing.facts import ANY, Drug
from bot.dosing.lookup import EMERGENCIES, is_for_use
from bot.following import COMPARED, GENERAL, OF_PEOPLE, ORGANS, Request
from bot.for_patient import for_patient
from bot.known import World
from bot.offering import follow_ups
from bot.partners import (
    CONVERT,
    between_products,
    diseases_of,
    is_antidote,
    is_beside_ours,
    is_partner,
    names_of,
    partner_named,
    partners_of,
    spoken_of,
    words_of,
)
from bot.reply import Block, Notice, Reply, Turn
from bot.stated_dose import dose_questions, with_dose
from bot.talking import talk
from intents.catalogue import Intent
from intents.understanding import OtherName, ProposedDose, Slots, Understanding

MOST_DRUGS = 3
MOST_INTENTS = 4
MOST_COMPARED = 8
# Diseases that drugs may be for, or be a danger in.
CAUTIONS = frozenset({"seizures"})
REASONS_AGAINST = ("contraindications", "warnings")
# Asked about a drug together with something else: other names are partners, not the drug asked about.
PARTNERED = frozenset({"interactions", "comparison", "switch", "alternatives"})
# Questions that what else is taken belongs to, whether or not it is asked about.
WITH_PARTNERS = frozenset({"overview", "dose", "start", "titration", "maximum", "dose_check", *OF_PEOPLE})


def decide(turn: Turn, heard: Understanding, request: Request, state: DialogueState, world: World) -> Reply:
    """The first of these that applies: an unsure name, an unclear number, no question, no drug, the answer."""
    slots = heard.slots
    request = _read_in_thread(turn, slots, request, state, world)
    partnered = bool(set(request.intents) & PARTNERED) or is_antidote(slots, request, state, world)
    named = _named_otherwise(heard, request, partnered, world)
    if named is not None:
        return named
    if slots.unclear or request.impossible:
        return unclear(slots, request)
    if not request.intents:
        return which_question(heard, request, state, world)
    if "coverage" in request.intents:
        return talk("coverage", turn, state, world.knowledge)[0]
    drugs = _asked_about(slots, request, world)
    if not drugs:
        return which_drug(request, state, world)
    said = request.focus.route if slots.routes else ""
    route = said or _route_of_brand(slots, drugs) or request.focus.route
    names = tuple(drug.name for drug in drugs)
    request = replace(request, focus=replace(request.focus, drugs=names, route=route))
    request = _of_a_caution(request, drugs, heard.bare and bool(slots.indications))
    request = _of_its_own_use(request, slots, drugs)
    if not world.patient_specific and "dose_check" in request.intents:
        return Reply("not_covered", "switched_off", no="not_in_facts", intents=request.intents)
    return _answered(turn, slots, request, drugs, state, world)


def _read_in_thread(turn: Turn, slots: Slots, request: Request, state: DialogueState, world: World) -> Request:
    """The request, where a name or a way back means another question or drug in this thread than by itself."""
    if slots.back and not slots.drugs:
        request = _brought_back(request, words_of(turn.text, slots), slots, state, world)
    strangers = any(other.kind == "no_facts" for other in slots.others)
    anothers_dose = strangers and not slots.drugs and not slots.doses and request.intents == ("dose_check",)
    if anothers_dose or is_partner(slots, request, state, world):
        return replace(request, intents=("interactions",), focus=replace(request.focus, intents=("interactions",)))
    if is_antidote(slots, request, state, world):
        return replace(request, intents=("overdose",), focus=replace(request.focus, intents=("overdose",)))
    if between_products(slots, request):
        return replace(request, intents=(CONVERT,), focus=replace(request.focus, intents=(CONVERT,)))
    return request


def _held_doses(request: Request, state: DialogueState) -> tuple[ProposedDose, ...]:
    """The dose spoken of before, unless it was one of another drug."""
    about = state.earlier[:1] if state.asked_back == OFFERED else state.focus.drugs
    return state.doses if about in ((), request.focus.drugs) else ()


def _asked_about(slots: Slots, request: Request, world: World) -> list[Drug]:
    """The drugs of the question: the thread's, those to compare, or the only one that we hold by the route said."""
    known = world.knowledge.by_name
    drugs = [known[name] for name in request.focus.drugs if name in known]
    if COMPARED in request.intents and len(drugs) < 2 and not slots.others:
        return _to_compare(drugs, request, world)
    only = None if drugs else _only_one(request, world)
    return [only] if only else drugs


def _brought_back(request: Request, words: frozenset[str], slots: Slots, state: DialogueState, world: World) -> Request:
    """ "Back to the spray", "to the intrathecal one": about the drug spoken of that comes so, an earlier one first."""
    known = world.knowledge.by_name
    spoken_of = (known[name] for name in (*request.earlier, *request.focus.drugs) if name in known)
    drug = next((one for one in spoken_of if _comes_as(one, words, slots)), None)
    intents = tuple(name for name in request.intents if name != CONVERT) or state.focus.intents
    request = replace(request, intents=intents, focus=replace(request.focus, intents=intents))
    if drug is None or request.focus.drugs == (drug.name,):
        return request
    route = next((one for one in slots.routes if one in drug.routes), "")
    focus = Focus((drug.name,), route, population=request.focus.population, intents=intents)
    earlier = tuple(dict.fromkeys((*request.focus.drugs, *request.earlier)))
    return replace(request, focus=focus, earlier=earlier)


def _comes_as(drug: Drug, words: frozenset[str], slots: Slots) -> bool:
    forms = {word for product in drug.products for word in product.form.split()}
    plural = {f"{word}s" for word in forms}
    return bool((forms | plural) & words) or bool(set(slots.routes) & set(drug.routes))


def _named_otherwise(heard: Understanding, request: Request, partnered: bool, world: World) -> Reply | None:
    """The reply to a name that may not be answered as if it were one of our drugs, or None."""
    slots = heard.slots
    for other in slots.others:
        if other.kind == "offered":
            return did_you_mean(other, heard, request, world)
        beside = is_beside_ours(other, slots, request, partnered, world)
        if other.kind in ("combination", "other_product") and not beside:
            return not_this_product(other, request, world)
        if other.kind == "unknown" and not slots.drugs:
            return unknown_name(other, request)
    unknown = [other for other in slots.others if other.kind == "no_facts"]
    if unknown and not slots.drugs and not ((partnered or slots.taken) and request.focus.drugs):
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
        return not_this_product(OtherName("combination", " with ".join(pair), parts=(known, partner)), request, world)
    return None


def _only_one(request: Request, world: World) -> Drug | None:
    """The one drug that we hold by a route ("the ITB pump ran dry") or for a crisis; None where there are several."""
    route, use = request.focus.route, request.focus.indication
    if use in EMERGENCIES:
        found = [drug for drug in world.knowledge.drugs if _is_held(drug, use)]
    else:
        found = [drug for drug in world.knowledge.drugs if route not in ("", "oral") and route in drug.routes]
    return found[0] if len(found) == 1 else None


def _is_held(drug: Drug, use: str) -> bool:
    return any(fact.at.indication == use for facts in drug.shown.values() for fact in facts)


def _of_a_caution(request: Request, drugs: list[Drug], bare: bool) -> Request:
    """ "Baclofen in epilepsy", "epilepsy?": a disease that a drug is not for is asked about as a reason against it."""
    use = request.focus.indication
    asked = set() if bare else set(request.intents) - GENERAL
    if use not in CAUTIONS or asked or any(_is_held(drug, use) for drug in drugs):
        return request
    focus = replace(request.focus, indication="", intents=REASONS_AGAINST)
    return replace(request, intents=REASONS_AGAINST, focus=focus)


def _of_its_own_use(request: Request, slots: Slots, drugs: list[Drug]) -> Request:
    """ "Diazepam for anxiety": of a use that a label names the dose is asked; "off label?" is answered as well."""
    use = request.focus.indication
    if request.intents != ("off_label",) or not slots.indications:
        return request
    if not any(is_for_use(one, use) for drug in drugs for one in drug.labelled - {ANY}):
        return request
    asked = ("dose", "indications") if slots.labelling else ("dose",)
    return replace(request, intents=asked, focus=replace(request.focus, intents=asked))


def _route_of_brand(slots: Slots, drugs: list[Drug]) -> str:
    """The route of a brand that was named and exists for one route alone ("Ryanodex")."""
    named = {mention.name: mention.drug for mention in slots.drugs}
    routes = {drug.names.route_of(name) for drug in drugs for name, of in named.items() if of == drug.name}
    return routes.pop() if len(routes) == 1 else ""


def _to_compare(drugs: list[Drug], request: Request, world: World) -> list[Drug]:
    """The drugs of this thread, when two were spoken of; else those we hold for the same use."""
    known = world.knowledge.by_name
    spoken = [known[name] for name in dict.fromkeys((*request.focus.drugs, *request.earlier)) if name in known]
    if len(spoken) > 1:
        return spoken[:MOST_DRUGS]
    others = [drug for drug in for_same_use(world, request.focus) if drug not in drugs]
    return [*drugs, *others][:MOST_COMPARED]


def _answered(
    turn: Turn, slots: Slots, request: Request, drugs: list[Drug], state: DialogueState, world: World
) -> Reply:
    partners = partners_of(slots, drugs, world)
    if set(request.intents) <= WITH_PARTNERS:
        taken = (partner_named(name, world) for name in taken_of(request.patient))
        partners = tuple({partner.name: partner for partner in (*taken, *partners)}.values())
    asked = _asked(request, partners, world)
    same_patient = all(notice.kind != "new_patient" for notice in request.notices)
    if "dose_check" in request.intents and not slots.doses and same_patient:
        slots = replace(slots, doses=_held_doses(request, state))
    notices = list(request.notices)
    notices += [Notice("no_facts", (o.name, o.substance)) for o in slots.others if o.kind == "no_facts"]
    if not world.patient_specific and (request.patient or slots.doses):
        notices.append(Notice("nothing_worked_out"))
    if "switch" in request.intents and len(drugs) > 1:
        drugs = list(_direction(slots, drugs))
        request = replace(request, focus=replace(request.focus, drugs=tuple(drug.name for drug in drugs)))
    blocks = _blocks(asked, drugs, request, partners, words_of(turn.text, slots), turn.asker.locale, world)
    asked_back = dose_questions(slots, blocks, request, world)
    if asked_back is not None:
        return asked_back
    if world.patient_specific:
        blocks = [for_patient(block, request.patient, turn.asker.locale) for block in blocks]
        blocks = [with_dose(block, slots.doses, request, turn.asker.locale) for block in blocks]
    shown = [block for block in blocks if block.answers]
    reply = Reply(
        "answer" if shown else "not_covered",
        "answer" if shown else "topic_not_covered",
        no=_one_no(blocks),
        intents=tuple(intent.id for intent in asked),
        drugs=tuple(dict.fromkeys((*(drug.name for drug in drugs[:MOST_DRUGS]), *_in_tables(blocks)))),
        others=names_of(partners, slots),
        notices=tuple(notices),
        blocks=tuple(blocks),
        focus=request.focus,
        patient=request.patient,
    )
    return replace(reply, buttons=follow_ups(reply, turn.asker.role, world))


def _asked(request: Request, partners: tuple[Partner, ...], world: World) -> list[Intent]:
    """The questions to answer; a dose asked about beside something that a source warns of brings that warning."""
    names = request.intents[:MOST_INTENTS]
    if world.patient_specific and is_old(request.patient) and ORGANS & set(names):
        # What is held for older people stands among what follows for this patient.
        names = tuple(name for name in names if name != "older_adult")
    warned = set[str]().union(*(partner.all for partner in partners)) & spoken_of(request, world)
    if warned and set(names) <= WITH_PARTNERS:
        # Two drugs that are both asked about are not said to be taken together: what is asked comes first.
        apart = {partner.name for partner in partners} <= set(request.focus.drugs)
        names = (*names, "interactions") if apart else ("interactions", *names)
    return [intent for name in names if (intent := world.catalogue.resolve(name))]


def _blocks(
    asked: list[Intent],
    drugs: list[Drug],
    request: Request,
    partners: tuple[Partner, ...],
    words: frozenset[str],
    locale: str,
    world: World,
) -> list[Block]:
    """One block for each question of each drug; several drugs compared or switched stand in one table."""
    focus = replace(request.focus, drugs=(), intents=())
    patient = request.patient if world.patient_specific else {}
    if COMPARED in request.intents and len(drugs) > 1:
        aspects = [intent.id for intent in asked if intent.id != COMPARED]
        return [comparison(world, drugs, aspects, focus, locale, partners, patient)]
    blocks: list[Block] = []
    if "switch" in request.intents and len(drugs) > 1:
        blocks.append(switch(world, drugs[0], drugs[1], focus, locale, patient))
        asked = [intent for intent in asked if intent.id != "switch"]
    for drug in drugs[:MOST_DRUGS]:
        for intent in asked:
            others = tuple(one for one in partners if one.name != drug.name) if intent.id in PARTNERED else ()
            others = diseases_of(drug, words) if intent.id in REASONS_AGAINST else others
            own = replace(focus, route="") if len(drugs) > 1 and focus.route not in drug.routes else focus
            blocks.append(world.composer.compose(intent.id, drug.name, own, locale, others))
    if "alternatives" in request.intents and (table := instead_of(world, drugs[0], focus)):
        blocks.append(table)
    return blocks


def _direction(slots: Slots, drugs: list[Drug]) -> tuple[Drug, ...]:
    """From which drug to which; where the words do not say, in the order they were named."""
    by_name = {drug.name: drug for drug in drugs}
    leaving, taking = slots.switch or (drugs[0].name, drugs[1].name)
    if leaving in by_name and taking in by_name:
        return by_name[leaving], by_name[taking]
    return drugs[0], drugs[1]


def _in_tables(blocks: list[Block]) -> tuple[str, ...]:
    return tuple(
        drug.name for block in blocks if block.table and block.intent == COMPARED for drug in block.table.drugs
    )


def _one_no(blocks: list[Block]) -> str:
    kinds = {block.no for block in blocks}
    return kinds.pop() if len(kinds) == 1 else ""
