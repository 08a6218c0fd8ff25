"""How an utterance and the thread before it become one request: what is inherited, what is dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.dialogue import AND, OF_KIDNEYS, TAKEN, DialogueState, Focus, Held, age_in_years, said, taken_of, with_patient
from bot.dosing.lookup import EMERGENCIES
from bot.reply import Notice
from intents.understanding import (
    ADULT_FROM,
    CERTAIN,
    OLDER_FROM,
    Match,
    PatientValues,
    ProposedDose,
    Slots,
    Understanding,
)

# Conditions stay in the context when an age is added: their adjustment must not vanish.
ORGANS = frozenset({"renal", "dialysis", "hepatic"})
# A population or value that is the question itself, when the words are about dosing in general.
POPULATION_INTENT = {
    "renal": "renal", "dialysis": "dialysis", "hepatic": "hepatic", "child": "child",
    "older_adult": "older_adult", "pregnancy": "pregnancy", "breast_feeding": "breast_feeding",
}  # fmt: skip
COMPARED = "comparison"
# Questions that drugs can be set against each other in.
ASPECTS = frozenset({
    "start", "titration", "maximum", "renal", "dialysis", "hepatic", "child", "older_adult", "pregnancy",
    "breast_feeding", "stop", "withdrawal", "warnings", "contraindications", "adverse_effects", "interactions",
    "monitoring", "overdose", "mechanism", "pharmacokinetics", "indications", "administration",
})  # fmt: skip
OF_INDICATION = frozenset({
    "overview", "dose", "start", "titration", "maximum", "child", "older_adult", "indications", "off_label",
    "evidence", "dose_check", "stop",
})  # fmt: skip
GENERAL = frozenset({"overview", "dose"})
OF_ONE_DRUG = frozenset({"alternatives", "dose_check"})  # not asked again of the drug that is named next
# Questions that a drug given instead is not asked: how to end the one, or too much of it.
OF_THE_OLD_DRUG = frozenset({"stop", "withdrawal", "overdose"})
CREATININE_UNIT = "creatinine_unit"  # what is asked of a creatinine without one
LIKELY_OVERDOSE = 60.0  # of 100: so likely it is answered, whatever else the words may ask
YOUNGEST_ASKED = 12  # years, below which a question of pregnancy is another patient's
OF_TWO_FORMS = frozenset({"convert", "switch"})  # of these, too, a dose is part of the question
ABOUT_A_DOSE = frozenset({"dose", "dose_check"})
# Questions that a value alone raises: with a proposed dose beside it, the dose is what is asked about.
OF_PEOPLE = frozenset({"renal", "dialysis", "hepatic", "child", "older_adult"})
VALUE_INTENT = {"dialysis": "dialysis", "crcl": "renal", "egfr": "renal", "ckd_stage": "renal",
                "creatinine": "renal", "child_pugh": "hepatic", "pregnancy": "pregnancy"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked now: intents of drugs, within the thread's focus and for its patient."""

    intents: tuple[str, ...]
    focus: Focus
    patient: Mapping[str, Held]
    notices: tuple[Notice, ...]
    earlier: tuple[str, ...]
    impossible: tuple[str, ...] = ()


def follow(heard: Understanding, state: DialogueState, now: datetime) -> Request:
    """The request that these words make in this thread."""
    slots = heard.slots
    announced = slots.new_patient or _contradicts(slots, state.patient)
    change = with_patient(state.patient, said(slots.patient, now), announced, slots.correction)
    held = {name: value for name, value in change.values.items() if name not in slots.denied}
    change = replace(change, values=_with_taken(held, slots, now))
    notices = list(_readings(slots))
    if state.asked_back == CREATININE_UNIT and "creatinine" not in change.values:
        notices.append(Notice(CREATININE_UNIT))
    old = state.focus
    if change.started_over or slots.new_patient:
        notices.append(Notice("new_patient", (change.started_over or "said",)))
        another = slots.new_patient or slots.drugs or slots.patient.sex
        old = without_patient(old, bool(slots.drugs)) if another else replace(old, population="")
    named = tuple(dict.fromkeys(mention.drug for mention in slots.drugs))
    joined = slots.with_it and not slots.back and not slots.with_classes
    beside = (joined and named) or _is_switch(heard, old, named)
    drugs = tuple(dict.fromkeys((*old.drugs, *named))) if beside else named or old.drugs
    intents = _intents(heard, old, drugs, change.values)
    if "overdose" in old.intents and drugs == old.drugs and set(intents) == {"dialysis"} and _is_treatment(slots):
        slots, intents = replace(slots, populations=()), ("overdose",)
    focus = _focus(slots, old, drugs, change.values, intents)
    intents = _of_these_people(intents, heard, focus.population)
    earlier = state.earlier
    if drugs != old.drugs:
        earlier = tuple(dict.fromkeys((*old.drugs, *state.earlier)))[:5]
    return Request(intents, replace(focus, intents=intents), change.values, tuple(notices), earlier, change.impossible)


def _contradicts(slots: Slots, patient: Mapping[str, Held]) -> bool:
    """ "And in the elderly?" after somebody of 14 or 45 years: no value of the one is the other's."""
    if "age" not in patient or slots.patient.age:
        return False
    years = age_in_years(patient["age"])
    child = years < ADULT_FROM
    said = set(slots.populations) & {"child", "adult", "older_adult"}
    expecting = bool(set(slots.populations) & {"pregnancy", "breast_feeding"} or slots.patient.pregnancy)
    too_young = expecting and years < YOUNGEST_ASKED
    not_old = said == {"older_adult"} and years < OLDER_FROM
    return too_young or not_old or (bool(said) and (said == {"child"}) is not child)


def _with_taken(values: Mapping[str, Held], slots: Slots, now: datetime) -> Mapping[str, Held]:
    """The patient's values with what is said to be taken as well ("she is on ciprofloxacin")."""
    if not slots.takes:
        return values
    return {**values, TAKEN: Held(AND.join(dict.fromkeys((*taken_of(values), *slots.takes))), now)}


def _is_switch(heard: Understanding, old: Focus, named: tuple[str, ...]) -> bool:
    """ "Switch to tizanidine": one drug is named, and the thread's is the one that is left."""
    return len(named) == 1 and len(old.drugs) == 1 and [match.intent for match in heard.intents] == ["switch"]


def without_patient(old: Focus, named: bool) -> Focus:
    """The focus without what belonged to the last patient: people, disease, and the questions that these raised.

    Another weight alone ("and for a child of 20 kg?") is still asked of the same disease; a drug that is `named`
    anew has no route yet.
    """
    route = "" if named or old.indication in EMERGENCIES else old.route
    intents = () if set(old.intents) & set(POPULATION_INTENT.values()) else old.intents
    return replace(old, population="", indication="", route=route, intents=intents)


def made_absolute(heard: Understanding, state: DialogueState) -> Understanding:
    """ "Double it": the dose of the thread so many times over, to be checked like any other dose.

    Other questions that hold such words ("double the dose if one was missed?") stay what they are.
    """
    factor = heard.slots.relative
    if factor is None or heard.slots.doses or {match.intent for match in heard.intents} - ABOUT_A_DOSE:
        return heard
    doses = tuple(_times(dose, factor) for dose in state.doses[:1])
    asked = Match("dose_check", CERTAIN, CERTAIN, "", "")
    return replace(heard, slots=replace(heard.slots, doses=doses), intents=(asked,), likely=(), out_of_scope=False)


def _times(dose: ProposedDose, factor: Decimal) -> ProposedDose:
    """A dose so many times over; nobody wrote it so, and it must not be quoted as the dose before."""
    amount = replace(dose.amount, value=dose.amount.value * factor, written="")
    return replace(dose, amount=amount, high=dose.high * factor if dose.high is not None else None)


def _readings(slots: Slots) -> list[Notice]:
    slips = [Notice("slip", (mention.written, mention.drug)) for mention in slots.drugs if mention.slip]
    others = [
        Notice("name", (mention.name, mention.drug))
        for mention in slots.drugs
        if not mention.slip and mention.name != mention.drug
    ]
    return slips + others + [Notice("read_as", pair) for pair in slots.read_as]


def _focus(
    slots: Slots, old: Focus, drugs: tuple[str, ...], patient: Mapping[str, Held], intents: tuple[str, ...]
) -> Focus:
    """The thread's focus; a disease is its indication only in a question of dosing or use ("contraindicated in …").

    Another route is another use, unless the use is said again: a crisis by vein is not why the capsules are asked for.
    """
    kept = old if drugs == old.drugs else Focus()
    route = slots.routes[0] if slots.routes else kept.route
    said = slots.indications and (not intents or set(intents) & OF_INDICATION)
    uses = {slots.indications[0], kept.indication} if said else set[str]()
    if not slots.routes and len(uses) > 1 and uses & EMERGENCIES:
        route = ""
    moved = bool(kept.route and route != kept.route)
    indication = slots.indications[0] if said else "" if moved else kept.indication
    return Focus(drugs, route, indication, _population(slots, old, patient), ())


def _population(slots: Slots, old: Focus, patient: Mapping[str, Held]) -> str:
    """Whom the thread is about. A child stays a child whatever condition is added: adult doses must not follow."""
    by_age = _by_age(patient["age"]) if "age" in patient else ""
    conditions = [one for one in slots.populations if one in ORGANS]
    said = (*conditions, *slots.populations, "dialysis" if slots.patient.dialysis not in (None, "no") else "")[0]
    if said:
        stays = by_age == "child" or "child" in slots.populations or (not by_age and old.population == "child")
        return "child" if stays and said in ORGANS else said
    if slots.patient.age and (by_age == "child" or old.population not in ORGANS):
        return by_age
    return by_age if old.population in slots.denied else old.population


def _by_age(age: Held) -> str:
    years = age_in_years(age)
    if years < ADULT_FROM:
        return "child"
    return "older_adult" if years >= OLDER_FROM else "adult"


def _intents(heard: Understanding, old: Focus, drugs: tuple[str, ...], patient: Mapping[str, Held]) -> tuple[str, ...]:
    slots, named = heard.slots, _named(heard, old, drugs)
    denied = {POPULATION_INTENT.get(one, "") for one in slots.denied}
    if named and set(named) <= denied and (slots.correction or old.population in slots.denied):
        return tuple(name for name in old.intents if name not in denied) or (("overview",) if drugs else ())
    if named and set(named) - GENERAL:
        return named
    asked, by_age = _asked_by_slots(slots), _asked_by_age(slots, patient)
    if named:
        return asked or by_age or named
    if _is_dose_with_partner(heard):
        return ("interactions", "dose")
    if of_use := _asked_of_a_use(heard):
        return of_use
    if (slots.with_it and len(drugs) > 1) or _is_with_class(heard) or _is_with_stranger(heard):
        return ("interactions",)
    if slots.others and not slots.drugs:
        return ("dose_check",) if slots.doses else old.intents
    if heard.likely and heard.likely[0].intent == "overdose" and heard.likely[0].score >= LIKELY_OVERDOSE:
        return ("overdose",)
    if not (heard.bare or _judges(heard) or _describes(heard) or _corrects(slots)):
        return ()
    return _bare(slots, old, drugs, asked, by_age, bool(OF_KIDNEYS & patient.keys()))


def _bare(
    slots: Slots,
    old: Focus,
    drugs: tuple[str, ...],
    asked: tuple[str, ...],
    by_age: tuple[str, ...],
    kidneys: bool,
) -> tuple[str, ...]:
    """What names and values alone ask: of themselves, or the thread's last question once more.

    `kidneys`: their values are known, and a question about older people would leave them out.
    """
    if asked and not slots.doses:
        return asked
    if slots.indications and slots.indications[0] in EMERGENCIES:
        return ("dose",)
    if slots.doses:
        return ("dose_check",)
    if slots.drugs:
        once = OF_ONE_DRUG if old.drugs else frozenset[str]()
        again = tuple(name for name in old.intents if name not in once) if drugs != old.drugs else ()
        if slots.instead:
            again = tuple(dict.fromkeys("dose" if name in OF_THE_OLD_DRUG else name for name in again))
        if slots.indications and not set(again) <= OF_INDICATION - {"stop"}:
            return ("dose",)
        of_people = POPULATION_INTENT.get(old.population, "overview") if old.drugs and not kidneys else "overview"
        if by_age and set(again) <= set(POPULATION_INTENT.values()):
            return by_age
        return again or by_age or (of_people,)
    if slots.routes or slots.populations or slots.indications or slots.patient != PatientValues():
        if by_age and drugs and not set(old.intents) - GENERAL:
            return by_age
        return old.intents or (("dose",) if drugs or slots.indications else ())
    return ()


def _is_treatment(slots: Slots) -> bool:
    """ "Does dialysis help?" after an overdose speaks of no patient who is on it; "dose in dialysis" does."""
    return slots.patient.dialysis in (None, "no") and not slots.dosing


def _of_these_people(intents: tuple[str, ...], heard: Understanding, population: str) -> tuple[str, ...]:
    """A question about a child that nobody asked now is one about dosing, once the thread is about an adult."""
    said = {match.intent for match in heard.intents} | set(_asked_by_slots(heard.slots))
    ages = {"child", "older_adult"} - said - {population}
    return tuple(dict.fromkeys(POPULATION_INTENT.get(population, "dose") if one in ages else one for one in intents))


def _named(heard: Understanding, old: Focus, drugs: tuple[str, ...]) -> tuple[str, ...]:
    """The questions that the words ask; a proposed dose beside a patient's value is what is asked about."""
    named = tuple(dict.fromkeys(match.intent for match in heard.intents))
    if heard.slots.doses and drugs and named and not set(named) - OF_PEOPLE:
        return ("dose_check",)
    if heard.slots.instead and old.drugs and heard.slots.drugs and named == ("alternatives",):
        again = (name for name in old.intents if name not in OF_ONE_DRUG)
        return tuple(dict.fromkeys("dose" if name in OF_THE_OLD_DRUG else name for name in again)) or ("overview",)
    compared_before = COMPARED in old.intents and drugs == old.drugs and len(drugs) > 1 and len(named) == 1
    return _compared(heard.slots, named, compared_before)


def _compared(slots: Slots, named: tuple[str, ...], compared_before: bool) -> tuple[str, ...]:
    """ "Which is safer in …" and "X versus Y, …": a comparison in what was named, or in general.

    After a comparison "and in pregnancy?" goes on with it.
    """
    aspects = tuple(name for name in (*named, *_asked_by_slots(slots)) if name in ASPECTS)
    comparing = (slots.comparing and (aspects or len(slots.drugs) > 1)) or (compared_before and aspects)
    if comparing and not set(named) - ASPECTS - GENERAL - {COMPARED}:
        return (COMPARED, *(name for name in dict.fromkeys(aspects) if name not in GENERAL))
    return named


def _asked_by_age(slots: Slots, patient: Mapping[str, Held]) -> tuple[str, ...]:
    """The question that an age makes of one about dosing in general: about children, about older adults."""
    population = _by_age(patient["age"]) if slots.patient.age else ""
    return (population,) if population in POPULATION_INTENT else ()


def _judges(heard: Understanding) -> bool:
    """Whether words that were not accepted as a question are likeliest one about the dose they hold."""
    likely = [match.intent for match in heard.likely]
    return bool(heard.slots.doses and likely) and likely[0] in ABOUT_A_DOSE and OF_TWO_FORMS.isdisjoint(likely)


def _is_dose_with_partner(heard: Understanding) -> bool:
    """ "Tizanidine dose with ciprofloxacin": between the dose and the pair both are answered, the pair first."""
    likely = {match.intent for match in heard.likely}
    partnered = bool(heard.slots.drugs and heard.slots.others)
    return partnered and "interactions" in likely and likely <= {"interactions", *GENERAL}


def _is_with_class(heard: Understanding) -> bool:
    """ "And ssris?", "grapefruit": a class that something is taken with, where no other question is likelier."""
    slots, likely = heard.slots, {match.intent for match in heard.likely}
    partner = bool(slots.with_classes) and not slots.others and not slots.indications
    return partner and (not likely or "interactions" in likely)


def _is_with_stranger(heard: Understanding) -> bool:
    """ "Back to baclofen, with sertraline?": one of ours and a drug without facts are named, and nothing is asked."""
    slots = heard.slots
    named = bool(slots.drugs) and any(other.kind == "no_facts" for other in slots.others)
    return heard.bare and named and not slots.doses


def _asked_of_a_use(heard: Understanding) -> tuple[str, ...]:
    """ "Clonazepam panic disorder dose", "child 30 kg max": the one question beside whom or what it is asked for."""
    slots, beside = heard.slots, set[str]()
    if slots.indications:
        beside |= {"off_label", "indications"}
    if slots.populations or slots.patient != PatientValues():
        beside |= set(POPULATION_INTENT.values())
    likely = [match.intent for match in heard.likely if match.intent not in beside]
    sure = len(likely) == 1 < len(heard.likely) and set(likely) <= OF_INDICATION
    return tuple(likely) if sure else ()


def _corrects(slots: Slots) -> bool:
    """ "Weight is 80 kg actually", "hold on, I meant gabapentin": the question before, with that put right."""
    return slots.correction and (slots.patient != PatientValues() or bool(slots.drugs))


def _describes(heard: Understanding) -> bool:
    """Whether words that were not accepted as a question are likest one that the patient values in them raise."""
    likely = {match.intent for match in heard.likely}
    return (
        heard.slots.patient != PatientValues()
        and bool(likely)
        and likely <= {*POPULATION_INTENT.values(), *GENERAL, *ABOUT_A_DOSE, "new_patient"}
    )


def _asked_by_slots(slots: Slots) -> tuple[str, ...]:
    by_population = [POPULATION_INTENT[p] for p in slots.populations if p in POPULATION_INTENT]
    by_value = [intent for name, intent in VALUE_INTENT.items() if getattr(slots.patient, name) not in (None, "no")]
    return tuple(dict.fromkeys(by_population + by_value))
