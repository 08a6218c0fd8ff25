"""Doses: a quantity with its basis and frequency, and schedules made of them."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.dosing.quantity import NotAQuantity, Quantity, match_quantity, parse_quantity, plain

# How the quantity is meant → the words for it. `total`: an amount taken at once or in all (overdose).
BASES = {"dose": "per dose", "day": "per day", "hour": "per hour", "total": "in total"}
MASS_UNITS = frozenset(
    {"mg", "ug", "g", "mg/kg", "ug/kg", "mg/m2", "[arb'U]", "[arb'U]/kg", "mL", "mL/kg", "{spray}", "{vial}"}
)
TIME_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
_FREQUENCY = re.compile(
    r"(?:(?P<low>[1-9]|1\d|2[0-4])(?: to (?P<high>[1-9]|1\d|2[0-4]))? times daily|(?P<once>once|twice) daily"
    r"|every (?P<every>[1-9]|[1-4]\d)(?: to (?P<every_high>[1-9]|[1-4]\d))? hours)"
    r"(?P<when> at bedtime| in the morning| as needed)?"
)


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often in a day: `low` to `high` times, or every `every` to `every_high` hours."""

    low: Decimal
    high: Decimal
    hours: tuple[Decimal, Decimal] | None = None
    when: str = ""

    def __str__(self) -> str:
        if self.hours:
            return f"every {_span(*self.hours)} hours{self.when}"
        if self.low == self.high and self.low <= 2:
            return ("once", "twice")[int(self.low) - 1] + f" daily{self.when}"
        return f"{_span(self.low, self.high)} times daily{self.when}"


@dataclass(frozen=True, slots=True)
class Dose:
    """A quantity per dose or per day, with its frequency and how long it is kept, where stated."""

    quantity: Quantity
    basis: str
    frequency: Frequency | None = None
    duration: Quantity | None = None

    def __str__(self) -> str:
        text = f"{self.quantity} {BASES[self.basis]}"
        if self.frequency:
            text += f", {self.frequency}"
        return f"{text} for {self.duration}" if self.duration else text

    @property
    def per_day(self) -> Quantity | None:
        """What it comes to in a day, where the words fix it."""
        if self.basis == "day":
            return self.quantity
        if self.frequency is None:
            return None
        times = (self.frequency.low, self.frequency.high)
        if any(number != number.to_integral_value() for number in times):
            return None
        low, high = self.quantity.low * times[0], self.quantity.high * times[1]
        return Quantity(low, high, self.quantity.unit, self.quantity.bound)


def parse_dose(text: str) -> Dose:
    """`5 mg per dose, 3 times daily for 3 days`, `40 to 80 mg per day` → Dose; the basis is never guessed."""
    found = match_quantity(text.strip())
    if not found:
        raise NotAQuantity(f"{text!r} does not begin with a quantity such as '5 mg'")
    quantity, rest = found
    if quantity.unit not in MASS_UNITS:
        raise NotAQuantity(f"{text!r}: {quantity.unit} is no unit of a dose")
    basis, rest = _basis(text, rest)
    duration = None
    if " for " in rest:
        rest, _, kept = rest.rpartition(" for ")
        duration = parse_quantity(kept)
        if duration.unit not in TIME_UNITS:
            raise NotAQuantity(f"{text!r}: {kept!r} is no length of time")
    frequency = parse_frequency(rest.removeprefix(",").removeprefix(" ")) if rest else None
    if frequency and not rest.startswith((", ", " ")):
        raise NotAQuantity(f"{text!r} needs a comma before the frequency")
    return Dose(quantity, basis, frequency, duration)


def _basis(text: str, rest: str) -> tuple[str, str]:
    for basis, words in BASES.items():
        if rest.startswith(f" {words}"):
            return basis, rest[len(words) + 1 :]
    raise NotAQuantity(f"{text!r} needs one of {', '.join(BASES.values())} after the quantity")


def parse_frequency(text: str) -> Frequency:
    """`3 times daily`, `every 6 to 8 hours`, `once daily at bedtime` → Frequency."""
    found = _FREQUENCY.fullmatch(text)
    if not found:
        raise NotAQuantity(f"{text!r} is not a frequency such as '3 times daily' or 'every 8 hours'")
    when = found["when"] or ""
    if found["once"]:
        times = Decimal(1 if found["once"] == "once" else 2)
        return Frequency(times, times, None, when)
    if found["every"]:
        low, high = _upwards(text, found["every"], found["every_high"])
        return Frequency(24 / high, 24 / low, (low, high), when)
    low, high = _upwards(text, found["low"], found["high"])
    return Frequency(low, high, None, when)


def _upwards(text: str, low: str, high: str | None) -> tuple[Decimal, Decimal]:
    if high is not None and Decimal(high) < Decimal(low):
        raise NotAQuantity(f"{text!r} runs downwards")
    return Decimal(low), Decimal(high or low)


def _span(low: Decimal, high: Decimal) -> str:
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"
