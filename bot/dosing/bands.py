"""Which of a source's own cut-offs hold a value, and which lie so near that they must be seen as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.dosing.facts import Band, Fact
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
    """Where a value stands among one source's bands: the facts that hold it, and those near.

    In a gap `near` are the bands on both sides; `between`: there is one on each, the value is not beyond them all.
    """

    inside: tuple[Fact, ...]
    near: tuple[Fact, ...]
    between: bool = False

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
    return Placed(inside, near) if inside else _around(stretches, value)


def holds_word(band: Band, word: str) -> bool:
    """Whether a band in words holds a stage or class: "CKD stage 4 to 5" holds 5, "CKD stage 3" holds 3a."""
    low, _, high = band.words.removeprefix(f"{band.metric} ").partition(" to ")
    ends = [low, high or low]
    if word.isdecimal() or all(map(str.isdecimal, ends)):
        word, *ends = (part.rstrip("ab") for part in (word, *ends))
    return ends[0] <= word <= ends[1]


def _around(stretches: Sequence[tuple[Fact, Interval]], value: Decimal) -> Placed:
    """A gap with the bands on its sides: the nearest ending below the value and the nearest beginning above it."""
    below = max((s.high for _, s in stretches if s.high is not None and s.high <= value), default=None)
    above = min((s.low for _, s in stretches if s.low is not None and s.low >= value), default=None)
    under = tuple(fact for fact, s in stretches if below is not None and s.high == below)
    over = tuple(fact for fact, s in stretches if above is not None and s.low == above)
    return Placed((), (*under, *over), bool(under and over))
