"""Finding facts: by question, route and people; equal ones joined, differing ones strictest first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.dosing.facts import ANY, LOCAL, Band, Drug, Fact
from bot.dosing.quantity import NotAQuantity, Quantity, ratio
from bot.dosing.regimen import Dose

# Order of actions from the strictest to the mildest (product rule 5).
STRICTNESS = ("do_not_use", "avoid", "reduce", "caution", "", "no_adjustment", "silent")
# Questions whose figure is the most that may be given.
LIMITS = frozenset({"maximum", "maximum_exceptional", "screening_maximum"})
FORBIDDING = frozenset({"do_not_use", "avoid"})
# How bad a kidney or liver is: what is forbidden then is forbidden of the whole treatment.
DEGREES = frozenset({"", "mild", "moderate", "severe", "moderate_or_severe", "moderate_to_severe"})
LONGEST_FIRST = frozenset({"step_interval", "taper_duration", "taper_interval", "screening_interval", "age_limit"})
# Kinds of documents, the weightiest first: a country's label speaks before the rest.
KIND_RANK = (LOCAL, "label", "guideline", "review", "leaflet", "trial", "study", "reference")
TENFOLD = Decimal(10)
# Lengths of time on one scale, for sorting only: a month counts 730 hours, a year twelve of them.
HOURS = {
    "s": 1 / Decimal(3600), "min": 1 / Decimal(60), "h": Decimal(1), "d": Decimal(24), "wk": Decimal(168),
    "mo": Decimal(730), "a": Decimal(8760),
}  # fmt: skip
# The order in which countries stand where nothing else decides.
COUNTRIES = ("us", "uk", "ie", "de", "fr", "eu", "ch", "ca", "au", "nz")
# Uses that are part of a wider one: who asks for either is shown both, each under its own heading.
BROADER = {
    "cerebral_spasticity": "spasticity", "upper_limb_spasticity": "spasticity", "lower_limb_spasticity": "spasticity",
    "ms_spasticity": "spasticity", "muscle_spasm": "musculoskeletal_pain", "panic_disorder": "anxiety",
    "status_epilepticus": "seizures", "febrile_seizures": "seizures", "chronic_migraine": "migraine",
    "malignant_hyperthermia_prevention": "malignant_hyperthermia",
    "malignant_hyperthermia_after_crisis": "malignant_hyperthermia", "postherpetic_neuralgia": "neuropathic_pain",
    "diabetic_neuropathy": "neuropathic_pain", "spinal_cord_injury_pain": "neuropathic_pain",
    "alcohol_withdrawal": "withdrawal", "opioid_withdrawal": "withdrawal",
}  # fmt: skip
# A crisis is treated by a route of its own, and of its antidote the low dose is not the cautious one.
EMERGENCIES = frozenset({"malignant_hyperthermia", "status_epilepticus"})
# Conditions that change a regimen: their adjustment leads every regimen answer while they are in the context.
CONDITIONS = ("renal", "dialysis", "hepatic", "older_adult")
POPULATION_ORDER = (
    "adult", ANY, "child", "older_adult", "renal", "dialysis", "hepatic", "pregnancy", "breast_feeding"
)  # fmt: skip


def find(
    drug: Drug, whats: Sequence[str], route: str, populations: Sequence[str] = (), indication: str = ""
) -> tuple[Fact, ...]:
    """Facts that may be shown, for these questions by this route; `any` route and population always count."""
    return tuple(
        fact
        for what in whats
        for fact in drug.shown.get(what, ())
        if fact.at.route in (route, ANY)
        and (not populations or fact.at.population in populations)
        and (not indication or is_for_use(fact.at.indication, indication))
    )


def is_for_use(held: str, asked: str) -> bool:
    """Whether a fact's indication answers a question about another: the same, any, a part of it or the whole."""
    return held in (asked, ANY, BROADER.get(asked)) or BROADER.get(held) == asked


def routes_with(drug: Drug, whats: Sequence[str], populations: Sequence[str] = ()) -> tuple[str, ...]:
    """The routes for which these questions have facts to show, in the order of the file; local lines alone: last."""
    here = {
        route: [fact for fact in find(drug, whats, route, populations) if fact.at.route == route]
        for route in drug.routes
    }
    held = [route for route in drug.routes if here[route]]
    return tuple(sorted(held, key=lambda route: all(fact.source.local for fact in here[route])))


def group_key(fact: Fact) -> tuple[str, ...]:
    """Facts with equal keys answer the same question for the same people and may be set side by side."""
    at = fact.at
    words = (str(at.age or ""), str(at.weight or ""), at.band.words if at.band else "")
    return (at.population, at.indication, *words, at.what, at.about)


def people_key(fact: Fact) -> tuple[int, str, Decimal, str, str]:
    """Sorts facts by the people they are for: adults, any, children by age, then the rest."""
    at = fact.at
    age = _months(at.age) if at.age else _lowest(at.weight)
    words = f"{at.age or ''}{at.weight or ''}{at.band.words if at.band else ''}"
    return POPULATION_ORDER.index(at.population), at.indication, age, band_order(at.band), words


def band_order(band: Band | None) -> str:
    """Bands from the worst function upwards, within one metric."""
    if band is None:
        return ""
    if band.quantity is None:
        return f"{band.metric}{Decimal(0):08.2f}"
    low = Decimal(0) if band.quantity.bound in ("less than", "up to") else band.quantity.low
    return f"{band.metric}{band.quantity.high:08.2f}{low:08.2f}"


def _months(age: Quantity) -> Decimal:
    if age.bound in ("less than", "up to"):
        return Decimal(0)
    try:
        return age.within("mo").low
    except NotAQuantity:
        return Decimal(0)


def _lowest(weight: Quantity | None) -> Decimal:
    return weight.low if weight else Decimal(0)


def strictest_first(facts: Iterable[Fact], locale: str) -> tuple[Fact, ...]:
    """Do-not-use before reduce, lowest dose, longest interval; equal: the reader's country first.

    What the operator's own lines say stands before all of it.
    """
    return tuple(sorted(facts, key=lambda f: (not leads(f), *severity(f), *_weight(f), *_nearness(f, locale))))


def forbids(fact: Fact) -> bool:
    """Whether a fact forbids a drug, and not only a part of the treatment ("none on days without dialysis")."""
    return fact.action in FORBIDDING and fact.at.about in DEGREES


def leads(fact: Fact) -> bool:
    """Whether a fact is an operator's own line that says something, and so stands first wherever it stands."""
    return fact.source.local and not fact.absent and fact.action != "silent"


def _weight(fact: Fact) -> tuple[int]:
    """Statements are led by the weightier kind of document; figures only by their strictness."""
    return (KIND_RANK.index(fact.source.kind) if fact.value is None and not fact.steps else 0,)


def severity(fact: Fact) -> tuple[int, int, Decimal, Decimal]:
    """Sorts facts that answer one question: the strictest first."""
    action = STRICTNESS.index(fact.action) if fact.action in STRICTNESS else STRICTNESS.index("")
    low, high = _magnitude(fact)
    if fact.what in LONGEST_FIRST:
        low, high = -high, -low
    return action, int(fact.absent), low, high


def _magnitude(fact: Fact) -> tuple[Decimal, Decimal]:
    """A number that grows with the dose: per day where known, in milligrams; 0 where there is none."""
    quantity = fact.value.per_day or fact.value.quantity if isinstance(fact.value, Dose) else fact.value
    if quantity is None:
        quantity = _first_step(fact)
    if quantity is None:
        return Decimal(0), Decimal(0)
    if fact.what == "usual" and quantity.bound in ("up to", "less than"):
        quantity = replace(quantity, low=Decimal(0))  # "up to 60" begins below "30 to 75"
    if quantity.unit in HOURS:
        return quantity.low * HOURS[quantity.unit], quantity.high * HOURS[quantity.unit]
    for base in ("mg", "mg/kg"):
        try:
            factor = ratio(quantity.unit, base)
        except NotAQuantity:
            continue
        return quantity.low * factor, quantity.high * factor
    return quantity.low, quantity.high


def _first_step(fact: Fact) -> Quantity | None:
    return fact.steps[0].per_day if fact.steps else None


def _nearness(fact: Fact, locale: str) -> tuple[int, int, str]:
    country = fact.source.jurisdiction
    place = COUNTRIES.index(country) if country in COUNTRIES else len(COUNTRIES)
    return int(country != locale), place, fact.source.id


def said_alike(fact: Fact) -> tuple[str, ...]:
    """Facts with equal words here say the same thing and share one line with all their sources."""
    value = str(fact.value) if fact.value else ""
    words = str(fact.text) if fact.text else ""
    return (fact.action, value, "; ".join(map(str, fact.steps)), fact.frequency, words, str(fact.absent))


def dosed_alike(fact: Fact) -> tuple[str, ...]:
    """As `said_alike` for the figures alone: these differ when sources disagree."""
    return said_alike(fact)[:4]


def tenfold_apart(one: Quantity, other: Quantity) -> bool:
    """True when two doses differ by a factor of ten or more, or in a unit that people confuse (mg and micrograms)."""
    if one.unit == "g" or other.unit == "g":
        try:
            one, other = one.within("mg"), other.within("mg")
        except NotAQuantity:
            return True
    if one.unit != other.unit:
        return True
    small, large = sorted((one.high, other.high))
    return small == 0 or large / small >= TENFOLD


def typical_dose(drug: Drug, route: str) -> Quantity | None:
    """A representative quantity of a route (usual, else start, else screening), to tell routes apart."""
    for what in ("usual", "start", "screening"):
        for fact in find(drug, (what,), route):
            if isinstance(fact.value, Dose) and "/" not in fact.value.quantity.unit:
                return fact.value.per_day or fact.value.quantity
    return None
