"""What a drug is asked about together with: other drugs, classes, names that we hold no facts for, diseases."""

import re
from collections.abc import Sequence

from bot.composing import Partner
from bot.dialogue import DialogueState
from bot.dosing.facts import Drug, Shared
from bot.following import POPULATION_INTENT, Request
from bot.known import World
from intents.understanding import OtherName, Slots

CONVERT = "convert"
# What speaks against a drug in a disease.
AGAINST = ("contraindication", "boxed_warning", "warning")
# Ends of a disease's name that many others have too.
UNSPECIFIC = frozenset({
    "disease", "diseases", "disorder", "disorders", "impairment", "insufficiency", "failure", "dose", "doses",
    "effects", "system", "use", "site", "children", "withdrawal", "abrupt", "reactions", "reaction", "inhibitors",
    "spread", "risk",
})  # fmt: skip
_LETTERS = re.compile("[a-z]+")
OF_GROUPS = frozenset(POPULATION_INTENT)
BETWEEN_PRODUCTS = frozenset({"switch", "comparison", "alternatives"})


def between_products(slots: Slots, request: Request) -> bool:
    """ "Switch from Botox to Xeomin": whether one of ours and another product of it are set against each other."""
    products = (other for other in slots.others if other.kind == "other_product")
    named = {name for other in products for name in other.candidates} & set(request.focus.drugs)
    asked = bool(request.intents) or bool(slots.drugs)
    return bool(named) and asked and set(request.intents) <= BETWEEN_PRODUCTS


def is_partner(slots: Slots, request: Request, state: DialogueState, world: World) -> bool:
    """Whether a drug without facts is named beside the thread's drug ("she takes fluvoxamine").

    So it is read where nothing else is asked of it and a source speaks of the two by name; or where the words say
    that it is taken and a source speaks of its class.
    """
    if not _only_named(slots, request, state):
        return False
    if set(state.focus.intents) & OF_GROUPS and not (slots.taken or slots.with_it):
        return False  # "and carbamazepine?" after "in pregnancy?" asks the same of carbamazepine
    partners = partners_of(slots, [], world)
    held = spoken_of(request, world)
    names = {name for partner in partners for name in partner.names}
    classes = {name for partner in partners for name in partner.classes}
    return bool(names & held) or (slots.taken and bool(classes & held))


def is_antidote(slots: Slots, request: Request, state: DialogueState, world: World) -> bool:
    """ "Flumazenil?" after an overdose: whether what is only named is what the drug's sources treat it with."""
    if "overdose" not in state.focus.intents or not _only_named(slots, request, state):
        return False
    known = world.knowledge.by_name
    drugs = (known[name] for name in request.focus.drugs if name in known)
    treating = [str(fact.text).lower() for drug in drugs for fact in drug.shown.get("overdose_treatment", ())]
    names = {name for one in partners_of(slots, [], world) for name in one.names}
    return any(name in text for name in names for text in treating)


def _only_named(slots: Slots, request: Request, state: DialogueState) -> bool:
    """Whether a drug without facts stands in a thread about one of ours, and nothing new is asked of it."""
    unknown = any(other.kind == "no_facts" for other in slots.others)
    asks = slots.dosing or set(request.intents) - set(state.focus.intents) - {"overview", "dose"}
    return unknown and not slots.drugs and bool(request.focus.drugs) and not asks


def spoken_of(request: Request, world: World) -> set[str]:
    """All that sources name as interacting with the drugs of the question."""
    known = world.knowledge.by_name
    drugs = (known[name] for name in request.focus.drugs if name in known)
    return {fact.at.about for drug in drugs for fact in drug.shown.get("interaction", ())}


def is_beside_ours(other: OtherName, slots: Slots, request: Request, partnered: bool, world: World) -> bool:
    """A combination of other drugs asked about together with one of ours is a partner, no product of ours.

    So is another product of ours, where the question is how the two convert.
    """
    ours = {mention.drug for mention in slots.drugs} | set(request.focus.drugs)
    if other.kind == "other_product":
        return CONVERT in request.intents and bool(ours & set(other.candidates))
    held = any(part in world.knowledge.by_name for part in other.parts)
    return partnered and other.kind == "combination" and bool(ours) and not held


def _partner(substance: str, typed: str, shared: Shared) -> Partner:
    """A drug without facts, under every name a source may use: its substance without the salt, with it, as typed."""
    first = substance.partition(" ")[0]
    names = [name for name in (first, *shared.same_as(first), substance.replace(" ", "_"), typed) if name]
    return Partner(tuple(dict.fromkeys(names)), shared.classes_of(*names))


def partner_named(substance: str, world: World) -> Partner:
    """A substance without facts of its own that a patient takes."""
    return _partner(substance, substance, world.knowledge.shared)


def partners_of(slots: Slots, drugs: list[Drug], world: World) -> tuple[Partner, ...]:
    """What else is named: classes, drugs without facts and several drugs of ours, each with its classes."""
    shared = world.knowledge.shared
    unheld = [other for other in slots.others if other.kind in ("no_facts", "combination")]
    named = [_partner(name, other.name, shared) for other in unheld for name in other.substance.split(" + ")]
    if len(drugs) > 1:
        named += [Partner((drug.name,), shared.classes_of(drug.name)) for drug in drugs]
    implied = {name for partner in named for name in partner.classes}
    said = [name.replace(" ", "_") for name in slots.with_classes if name not in implied]
    classes = [Partner((name,), shared.classes_of(name)) for name in said]
    return tuple(dict.fromkeys((*classes, *named)))


def names_of(partners: tuple[Partner, ...], slots: Slots) -> tuple[str, ...]:
    named = (name for partner in partners for name in (partner.name, *partner.classes))
    return tuple(dict.fromkeys((*named, *(other.name for other in slots.others if other.name))))


def words_of(text: str, slots: Slots) -> frozenset[str]:
    """The words of the question, and the subjects that a button brings back."""
    return frozenset((*_LETTERS.findall(_spelt(text)), *slots.with_classes))


def _spelt(text: str) -> str:
    """Letters as both sides of the ocean write them: apnoea and apnea, anaemia and anemia."""
    return text.lower().replace("oe", "e").replace("ae", "e")


def diseases_of(drug: Drug, words: frozenset[str]) -> tuple[Partner, ...]:
    """What the drug's sources warn of and the words name ("contraindicated in sleep apnoea?")."""
    facts = (fact for what in AGAINST for fact in drug.shown.get(what, ()))
    abouts = dict.fromkeys(fact.at.about for fact in facts if fact.at.about)
    return tuple(Partner((one,)) for one in abouts if one in words or _is_said(_LETTERS.findall(_spelt(one)), words))


def _is_said(about: Sequence[str], words: frozenset[str]) -> bool:
    """All its words, or the last of them where it says which disease ("narrow-angle glaucoma")."""
    return words.issuperset(about) or (about[-1] in words and about[-1] not in UNSPECIFIC)
