"""Doses by body weight for one patient: worked out, held at the stated ceiling, and what products can give of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.dosing.bands import Interval, interval
from bot.dosing.facts import Fact, Product
from bot.dosing.quantity import NotAQuantity, Quantity
from bot.dosing.regimen import Dose
from bot.dosing.strengths import Delivered, deliverable

PER_KG = {"mg/kg": "mg", "ug/kg": "ug", "[arb'U]/kg": "[arb'U]", "mL/kg": "mL"}
CEILINGS = ("maximum", "maximum_exceptional")
# What a maximum may be about and still hold for every dose; one "of the start" or "of a step" caps nothing else.
WHOLE = frozenset({"", "cumulative", "per_day", "per_dose", "per_kg", "daily", "total", "single_dose", "day", "dose"})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fact's dose for one weight: `unrounded` as multiplied, `dose` after the ceiling, `delivered` by products.

    `also`: facts of other sources that come to the same; `above`: a ceiling of another country that it exceeds.
    """

    fact: Fact
    weight: Decimal
    unrounded: Dose
    dose: Dose
    ceiling: Fact | None = None
    delivered: tuple[Delivered, ...] = ()
    also: tuple[Fact, ...] = ()
    above: Fact | None = None

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
    unrounded = replace(each, quantity=by_weight(each.quantity, weight))
    limits = [(limit, other) for other in among if (limit := _limit(other, fact, weight)) is not None]
    limits.sort(key=lambda pair: pair[0])
    own = (pair for pair in limits if pair[1].source.jurisdiction == fact.source.jurisdiction)
    dose, ceiling, low = unrounded, None, unrounded.quantity.low
    limit, lowest = next(own, (unrounded.quantity.high, None))
    if limit < unrounded.quantity.high:
        ceiling = lowest
        dose = replace(each, quantity=Quantity(min(low, limit), limit, unrounded.quantity.unit))
    above = next((other for limit, other in limits if limit < dose.quantity.high), None)
    return Weighed(fact, weight, unrounded, dose, ceiling, _given(dose, products), above=above)


def by_weight(quantity: Quantity, weight: Decimal) -> Quantity:
    """A quantity per kilogram times a weight in kg."""
    return Quantity(quantity.low * weight, quantity.high * weight, PER_KG[quantity.unit], quantity.bound)


def _limit(other: Fact, fact: Fact, weight: Decimal) -> Decimal | None:
    """The most that a ceiling leaves for this dose, in its unit: same route, use and people, this weight.

    A ceiling of the day holds for a dose that is given so many times a day, and the other way round.
    """
    if other.what not in CEILINGS or other.at.route != fact.at.route or other.at.about not in WHOLE | {fact.what}:
        return None
    if other.at.indication != fact.at.indication or other.at.population not in (fact.at.population, "any"):
        return None
    if not isinstance(other.value, Dose) or not isinstance(fact.value, Dose):
        return None
    dose, most = fact.value, other.value
    found = list[Decimal]()
    try:
        unit = PER_KG[dose.quantity.unit]
        if most.basis == dose.basis:
            found.append(_absolute(most.quantity, weight).within(unit).high)
        if most.per_day is not None and dose.per_day is not None:
            times = dose.per_day.high / dose.quantity.high
            found.append(_absolute(most.per_day, weight).within(unit).high / times)
    except NotAQuantity:
        return None
    return min(found, default=None)


def _absolute(quantity: Quantity, weight: Decimal) -> Quantity:
    return by_weight(quantity, weight) if quantity.unit in PER_KG else quantity


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
    ages = _months(fact.at.age)
    if ages is not None and months is not None and not ages.holds(months):
        return False
    return fact.at.weight is None or weight is None or interval(fact.at.weight).holds(weight)


def is_nearly_for(fact: Fact, months: Decimal | None, weight: Decimal | None) -> bool:
    """As `is_for`, or so near a border of the age that the neighbour must be seen as well."""
    if is_for(fact, months, weight):
        return True
    ages = _months(fact.at.age)
    return ages is not None and months is not None and is_for(fact, None, weight) and ages.is_near(months)


def _months(age: Quantity | None) -> Interval | None:
    """The months of an age; "2 to 7 years" lasts until the eighth birthday. None where nothing can be compared."""
    if age is None:
        return None
    try:
        stretch = interval(age.within("mo"))
    except NotAQuantity:
        return None
    if not age.is_range or stretch.high is None:
        return stretch
    return replace(stretch, high=stretch.high + (12 if age.unit == "a" else 1), high_open=True)
