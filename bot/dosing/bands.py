"""Which of a source's own cut-offs hold a value, and which lie so near that they must be seen as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.dosing.facts import Fact
from bot.dosing.quantity import Quantity

NEAR = Decimal("0.10")  # of a border: within it the neighbouring band is shown too


@dataclass(frozen=True, slots=True)
class Interval:
    """`low` to `high` of the number line; None is no border on that side, open borders do not hold themselves."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies inside."""
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below

    def is_near(self, value: Decimal) -> bool:
        """Whether a border lies within a tenth of the value."""
        return any(abs(value - border) <= border * NEAR for border in (self.low, self.high) if border is not None)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a value stands among one source's bands: the facts that hold it, those near, and whether it is a gap."""

    inside: tuple[Fact, ...]
    near: tuple[Fact, ...]

    @property
    def gap(self) -> bool:
        """The source's bands leave this value out."""
        return not self.inside


def interval(quantity: Quantity) -> Interval:
    """The stretch of the number line that a band's words mean; a plain range holds both its ends."""
    if quantity.is_range:
        return Interval(quantity.low, quantity.high)
    borders = {
        "less than": Interval(None, quantity.low, high_open=True),
        "up to": Interval(None, quantity.low),
        "more than": Interval(quantity.low, None, low_open=True),
        "at least": Interval(quantity.low, None),
    }
    return borders.get(quantity.bound, Interval(quantity.low, quantity.high))


def placed(facts: Sequence[Fact], value: Decimal) -> Placed:
    """The facts of one source and metric whose band holds the value, and the neighbours near whose border it lies."""
    stretches = [(fact, interval(fact.at.band.quantity)) for fact in facts if fact.at.band and fact.at.band.quantity]
    inside = tuple(fact for fact, stretch in stretches if stretch.holds(value))
    near = tuple(fact for fact, stretch in stretches if fact not in inside and stretch.is_near(value))
    if not inside:
        near = near or _around(stretches, value)
    return Placed(inside, near)


def _around(stretches: Sequence[tuple[Fact, Interval]], value: Decimal) -> tuple[Fact, ...]:
    """The bands next to a gap: the nearest ending below the value and the nearest beginning above it."""
    below = [stretch.high for _, stretch in stretches if stretch.high is not None and stretch.high <= value]
    above = [stretch.low for _, stretch in stretches if stretch.low is not None and stretch.low >= value]
    ends = (max(below, default=None), min(above, default=None))
    return tuple(
        fact
        for fact, stretch in stretches
        if (ends[0] is not None and stretch.high == ends[0]) or (ends[1] is not None and stretch.low == ends[1])
    )
