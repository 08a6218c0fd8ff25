"""Doses by body weight for one patient: worked out, held at the stated ceiling, and what products can give of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from bot.dosing.bands import interval
from bot.dosing.facts import Fact, Product
from bot.dosing.quantity import NotAQuantity, Quantity
from bot.dosing.regimen import Dose
from bot.dosing.strengths import Delivered, deliverable

PER_KG = {"mg/kg": "mg", "ug/kg": "ug", "[arb'U]/kg": "[arb'U]", "mL/kg": "mL"}
CEILINGS = ("maximum", "maximum_exceptional")
# What a maximum may be about and still hold for every dose; one "of the start" or "of a step" caps nothing else.
WHOLE = frozenset({"", "per_day", "per_dose", "per_kg", "daily", "total", "single_dose", "day", "dose"})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fact's dose for one weight: `unrounded` as multiplied, `dose` after the ceiling, `delivered` by products.

    `also`: facts of other sources that come to the same.
    """

    fact: Fact
    weight: Decimal
    unrounded: Dose
    dose: Dose
    ceiling: Fact | None = None
    delivered: tuple[Delivered, ...] = ()
    also: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts that come to this dose."""
        return (self.fact, *self.also)

    @property
    def capped(self) -> bool:
        """Whether the stated ceiling changed it."""
        return self.unrounded != self.dose


def weighed(fact: Fact, weight: Decimal, among: Iterable[Fact], products: Sequence[Product]) -> Weighed | None:
    """A per-kilogram dose times a weight in kg; None for a fact that has none. `among` holds the ceilings."""
    if not isinstance(fact.value, Dose) or fact.value.quantity.unit not in PER_KG:
        return None
    each = fact.value
    unit = PER_KG[each.quantity.unit]
    amount = Quantity(each.quantity.low * weight, each.quantity.high * weight, unit, each.quantity.bound)
    unrounded = Dose(amount, each.basis, each.frequency, each.duration)
    limits = [(limit, other) for other in among if (limit := _limit(other, fact, weight)) is not None]
    found = min(limits, key=lambda pair: pair[0].high, default=None)
    dose, ceiling = unrounded, None
    if found is not None and found[0].high < amount.high:
        high = found[0].high
        dose = Dose(Quantity(min(amount.low, high), high, unit), each.basis, each.frequency, each.duration)
        ceiling = found[1]
    return Weighed(fact, weight, unrounded, dose, ceiling, _given(dose, products))


def _limit(other: Fact, fact: Fact, weight: Decimal) -> Quantity | None:
    """What a ceiling of the same country comes to for this dose: same basis, same route, this weight."""
    if other.what not in CEILINGS or other.source.jurisdiction != fact.source.jurisdiction:
        return None
    if other.at.route != fact.at.route or other.at.about not in WHOLE | {fact.what}:
        return None
    if not isinstance(other.value, Dose) or not isinstance(fact.value, Dose) or other.value.basis != fact.value.basis:
        return None
    if other.at.indication != fact.at.indication or other.at.population not in (fact.at.population, "any"):
        return None
    limit, unit = other.value.quantity, PER_KG[fact.value.quantity.unit]
    if limit.unit in PER_KG:
        limit = Quantity(limit.low * weight, limit.high * weight, PER_KG[limit.unit])
    try:
        return limit.within(unit)
    except NotAQuantity:
        return None


def _given(dose: Dose, products: Sequence[Product]) -> tuple[Delivered, ...]:
    """What products give of one dose; a daily amount is split only as the source splits it."""
    amount = dose.quantity
    if dose.basis == "day":
        if dose.frequency is None or dose.frequency.low != dose.frequency.high:
            return ()
        amount = Quantity(amount.low / dose.frequency.low, amount.high / dose.frequency.low, amount.unit)
    elif dose.basis != "dose":
        return ()
    return deliverable(Quantity(amount.high, amount.high, amount.unit), products)


def is_for(fact: Fact, months: Decimal | None, weight: Decimal | None) -> bool:
    """Whether a fact's age and weight hold this patient; a limit whose value is not known holds everybody."""
    if fact.at.age is not None and months is not None and not _of_age(fact.at.age, months):
        return False
    return fact.at.weight is None or weight is None or interval(fact.at.weight).holds(weight)


def is_nearly_for(fact: Fact, months: Decimal | None, weight: Decimal | None) -> bool:
    """As `is_for`, or so near a border of the age that the neighbour must be seen as well."""
    if is_for(fact, months, weight):
        return True
    if fact.at.age is None or months is None or not is_for(fact, None, weight):
        return False
    try:
        return interval(fact.at.age.within("mo")).is_near(months)
    except NotAQuantity:
        return False


def _of_age(age: Quantity, months: Decimal) -> bool:
    """Whether an age in months lies in a range; "2 to 7 years" lasts until the eighth birthday."""
    try:
        stretch = interval(age.within("mo"))
    except NotAQuantity:
        return True
    unit = Decimal(12) if age.unit == "a" else Decimal(1)
    completed = (months / unit).to_integral_value(ROUND_FLOOR) * unit
    return stretch.holds(months) or (age.is_range and stretch.holds(completed))
