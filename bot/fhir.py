"""The doses of an answer as FHIR R5 Dosage elements: plain dicts of JSON.

What FHIR has a field for is coded, in UCUM units. What it has none for stands in the words alone, so that no field
says more than the source does: a change of the dose (coded as a dose it would be one), a total over a course. A daily
dose is a rate (`mg/d`), since a quantity without a frequency is read as one dose a day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.dosing.facts import ANY, Fact
from bot.dosing.lookup import LIMITS
from bot.dosing.plan import Plan, PlanStep
from bot.dosing.quantity import Quantity, cut_down
from bot.dosing.regimen import BASES, Dose, Frequency
from bot.rendering.figures import NBSP, quantity, unit_words

Json = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
# The standard extension for what an element cannot say: the words as they are shown.
ORIGINAL_TEXT = "http://hl7.org/fhir/StructureDefinition/originalText"
DOSES = frozenset({
    "start", "usual", "schedule", "adjustment", "screening", "screening_step", "muscle_dose", "site_dose",
    "dialysis_supplement",
})  # fmt: skip
CHANGES = frozenset({"step", "taper_step"})
# Adjustments that are exported even without a dose, because doses beside them would mislead.
WARNINGS = frozenset({"do_not_use", "avoid", "reduce", "caution"})
# What a source says beside a dose about how it is given or changed.
BESIDE: Mapping[str, frozenset[str]] = {
    "start": frozenset({"divided"}),
    "usual": frozenset({"divided"}),
    "step": frozenset({"step_interval"}),
    "taper_step": frozenset({"taper_interval"}),
    "screening": frozenset({"screening_interval", "bolus_time"}),
    "screening_step": frozenset({"screening_interval", "bolus_time"}),
}
_PER = {"day": ("/d", "d"), "hour": ("/h", "h")}
_WHEN = {" at bedtime": "HS", " in the morning": "MORN"}
_AS_NEEDED = " as needed"
_COMPARATOR = {"less than": "<", "up to": "<=", "at least": ">=", "more than": ">"}
_BELOW, _ABOVE = frozenset({"up to", "less than"}), frozenset({"at least", "more than"})
_SAID_BY_A_RANGE = frozenset({"", "up to", "at least"})


@dataclass(frozen=True, slots=True)
class Item:
    """One Dosage to be: the dose that a fact states, or one row of a schedule or day table.

    `place` counts the rows from 1; `plan` is the kind of the day table and `days` the row's; `beside` are facts of the
    same source for the same people that say how the dose is divided or how often it is changed.
    """

    fact: Fact
    dose: Dose | None
    place: int = 0
    plan: str = ""
    days: tuple[int, int | None] = (0, None)
    beside: tuple[Fact, ...] = ()

    @property
    def id(self) -> str:
        """The fact's id, and the row where there are several."""
        return "/".join(part for part in (self.fact.id, self.plan, str(self.place or "")) if part)

    @property
    def role(self) -> str:
        """Whether FHIR has fields for it: as a dose or a limit; else it stands in words."""
        if self.dose is None or self.dose.basis == "total":
            return "words"
        if self.plan:
            return "dose"
        if self.fact.what == "screening_step" and not self.fact.at.about:
            return "words"  # the step between two test doses, not a dose
        return "limit" if self.fact.what in LIMITS else "dose" if self.fact.what in DOSES else "words"


def regimen(facts: Sequence[Fact], plans: Iterable[Plan] = ()) -> tuple[Item, ...]:
    """What of an answer is exported, in its order, then the day tables that were worked out; nothing without a dose."""
    items = [item for fact in facts if fact.shown and not fact.absent for item in _of_fact(fact, facts)]
    worked_out = (plan for plan in plans if plan.worked_out and all(fact.shown for fact in plan.facts))
    items += [item for plan in worked_out for item in _of_plan(plan)]
    return tuple(items) if any(item.dose for item in items) else ()


def _of_fact(fact: Fact, facts: Iterable[Fact]) -> Iterator[Item]:
    for place, step in enumerate(fact.steps, 1):
        yield Item(fact, step, place)
    if isinstance(fact.value, Dose) and fact.what in DOSES | LIMITS | CHANGES:
        yield Item(fact, fact.value, beside=tuple(_beside(fact, facts)))
    elif fact.what == "adjustment" and fact.action in WARNINGS:
        yield Item(fact, None)


def _beside(fact: Fact, facts: Iterable[Fact]) -> Iterator[Fact]:
    whats, place = BESIDE.get(fact.what, frozenset()), replace(fact.at, what="", about="")
    for other in facts:
        if other.what in whats and other.source == fact.source and replace(other.at, what="", about="") == place:
            yield other


def _of_plan(plan: Plan) -> Iterator[Item]:
    for place, row in enumerate(plan.steps, 1):
        yield Item(plan.facts[0], _of_row(row), place, plan.kind, (row.first, row.last))


def _of_row(row: PlanStep) -> Dose | None:
    """The dose of a row with its days, rounded as it is shown; None where nothing is given any more."""
    if not row.per_day.high:
        return None
    dose = replace(row.dose, quantity=_rounded(row.dose.quantity)) if row.dose else Dose(row.per_day, "day")
    if row.last is None:
        return replace(dose, duration=None)
    days = Decimal(row.last - row.first + 1)
    return replace(dose, duration=Quantity(days, days, "d"))


def _rounded(amount: Quantity) -> Quantity:
    return replace(amount, low=cut_down(amount.low), high=cut_down(amount.high))


def dosage(item: Item, text: str, instructions: Iterable[str], route: str, site: str, locale: str) -> Json:
    """The Dosage of an item; the words are given, all of them, and `route` and `site` may be empty."""
    found: Json = {"id": item.id}
    if item.place:
        found["sequence"] = item.place
    found["text"] = text
    found["additionalInstruction"] = [{"text": line} for line in instructions]
    if item.dose is not None and item.role != "words":
        found |= _timing(item.dose, locale)
    if site:
        found["site"] = {"text": site}
    if route and item.fact.at.route != ANY:
        found["route"] = {"text": route}
    if item.dose is not None and item.role == "dose":
        found["doseAndRate"] = [_amount(item.dose, locale)]
    elif item.dose is not None and item.role == "limit":
        found |= _limit(item.dose, locale)
    return found


def _timing(dose: Dose, locale: str) -> Json:
    repeat = _bounds(dose.duration, locale) if dose.duration else {}
    needed = False
    if dose.frequency:
        repeat |= _frequency(dose.frequency)
        needed = dose.frequency.when == _AS_NEEDED
    found: Json = {"timing": {"repeat": repeat}} if repeat else {}
    return found | ({"asNeeded": True} if needed else {})


def _bounds(length: Quantity, locale: str) -> Json:
    if length.is_range:
        return {"boundsRange": _range(length, length.unit, locale)}
    found = _measured(length.high, length.unit, locale)
    if length.bound in _COMPARATOR:
        found["comparator"] = _COMPARATOR[length.bound]
    return {"boundsDuration": _worded(found, length, locale, length.bound == "about")}


def _frequency(often: Frequency) -> Json:
    if often.hours:
        low, high = often.hours
        found: Json = {"frequency": 1, "period": _number(low)}
        if low != high:
            found["periodMax"] = _number(high)
        found["periodUnit"] = "h"
    else:
        found = {"frequency": int(often.low)}
        if often.low != often.high:
            found["frequencyMax"] = int(often.high)
        found |= {"period": 1, "periodUnit": "d"}
    return found | ({"when": [_WHEN[often.when]]} if often.when in _WHEN else {})


def _amount(dose: Dose, locale: str) -> Json:
    """One `doseAndRate`: what is given at a time, or how much in a day or hour."""
    amount = dose.quantity
    per = "" if dose.basis == "dose" or _once_daily(dose) else dose.basis
    kind, unit = ("rate" if per else "dose"), amount.unit + (_PER[per][0] if per else "")
    if amount.is_range or amount.bound in _BELOW | _ABOVE:
        return {f"{kind}Range": _range(amount, unit, locale, per)}
    found = _measured(amount.high, unit, locale, per)
    return {f"{kind}Quantity": _worded(found, amount, locale, bool(amount.bound), per)}


def _once_daily(dose: Dose) -> bool:
    """A daily dose that is given all at once is one dose."""
    return dose.basis == "day" and dose.frequency is not None and dose.frequency.low == dose.frequency.high == 1


def _limit(dose: Dose, locale: str) -> Json:
    """Limits per dose, per day or per hour; of a range both ends are limits of a period, the lower one of a dose."""
    amount = dose.quantity
    if dose.basis in _PER:
        return {"maxDosePerPeriod": [_ratio(end, amount, dose.basis, locale) for end in _ends(amount)]}
    said = amount.is_range or bool(amount.bound)
    most = _worded(_measured(amount.low, amount.unit, locale), amount, locale, said)
    found: Json = {"maxDosePerAdministration": most}
    total = dose.per_day
    if total and not total.is_range:
        found["maxDosePerPeriod"] = [_ratio(total.high, total, "day", locale)]
    return found


def _ends(amount: Quantity) -> tuple[Decimal, ...]:
    return (amount.low, amount.high) if amount.is_range else (amount.high,)


def _ratio(end: Decimal, amount: Quantity, basis: str, locale: str) -> Json:
    numerator = _measured(end, amount.unit, locale)
    if amount.bound in _COMPARATOR:
        numerator["comparator"] = _COMPARATOR[amount.bound]
    return {
        "numerator": _worded(numerator, amount, locale, amount.bound == "about"),
        "denominator": _measured(Decimal(1), _PER[basis][1], locale),
    }


def _range(amount: Quantity, unit: str, locale: str, per: str = "") -> Json:
    """Both ends, or the one that a bound names; a bound that a range cannot say stays in words."""
    found: Json = {}
    if amount.is_range or amount.bound in _ABOVE:
        found["low"] = _measured(amount.low, unit, locale, per)
    if amount.is_range or amount.bound in _BELOW:
        found["high"] = _measured(amount.high, unit, locale, per)
    said = bool(amount.bound) if amount.is_range else amount.bound not in _SAID_BY_A_RANGE
    return _worded(found, amount, locale, said, per)


def _measured(value: Decimal, code: str, locale: str, per: str = "") -> Json:
    """A FHIR Quantity: the number, its unit in words, and the UCUM code, which `per` has made one of a rate."""
    plain = code.removesuffix(_PER[per][0]) if per else code
    words = f"{unit_words(plain, value != 1, locale)} {BASES[per] if per else ''}".strip()
    return {"value": _number(value), "unit": words.replace(NBSP, " "), "system": UCUM, "code": code}


def _worded(element: Json, amount: Quantity, locale: str, needed: bool, per: str = "") -> Json:
    """The element, with its words beside it where these say more."""
    if not needed:
        return element
    words = f"{quantity(amount, locale)} {BASES[per] if per else ''}".strip().replace(NBSP, " ")
    return {"extension": [{"url": ORIGINAL_TEXT, "valueString": words}], **element}


def _number(value: Decimal) -> int | float:
    """The number as JSON writes it: its shortest decimal form, which reads back as the same decimal."""
    return int(value) if value == value.to_integral_value() else float(value)
