"""Quantities: exact decimals with a UCUM unit, as one number, a range or a bound."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

# Words as they are written in the drug files → UCUM codes. `{…}` are UCUM annotations.
UNITS: dict[str, str] = {
    "mg": "mg", "micrograms": "ug", "microgram": "ug", "mcg": "ug", "g": "g", "ng": "ng", "kg": "kg",
    "mg/kg": "mg/kg", "micrograms/kg": "ug/kg", "mg/m2": "mg/m2",
    "units": "[arb'U]", "units/kg": "[arb'U]/kg", "units/mL": "[arb'U]/mL", "sprays": "{spray}", "vials": "{vial}",
    "mL": "mL", "mL/kg": "mL/kg", "L": "L", "mL/h": "mL/h", "mL/min": "mL/min", "mL/min/kg": "mL/min/kg",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}", "mL/h/kg": "mL/h/kg",
    "mL/s": "mL/s", "L/h/kg": "L/h/kg", "mL/hour": "mL/h", "L/hour": "L/h", "mL/minute": "mL/min",
    "L/h": "L/h", "L/kg": "L/kg",
    "mg/mL": "mg/mL", "micrograms/mL": "ug/mL", "ng/mL": "ng/mL", "mg/L": "mg/L", "micrograms/L": "ug/L",
    "mg/dL": "mg/dL", "micromol/L": "umol/L", "mmol/L": "mmol/L",
    "seconds": "s", "second": "s", "minutes": "min", "minute": "min", "hours": "h", "hour": "h",
    "days": "d", "day": "d", "weeks": "wk", "week": "wk", "months": "mo", "month": "mo",
    "years": "a", "year": "a", "%": "%", "cm": "cm", "m": "m", "doses per day": "{dose}/d",
    "times": "{times}", "cases": "{cases}", "patients": "{patients}", "studies": "{studies}", "°C": "Cel",
    "points": "{score}", "muscles": "{muscle}", "sites": "{site}",
}  # fmt: skip
WORDS: dict[str, str] = {}
for _word, _code in UNITS.items():
    WORDS.setdefault(_code, _word)

BOUNDS = ("less than", "more than", "at least", "up to", "about")
NUMBER = r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]+)?"
_PATTERN = re.compile(
    rf"(?:(?P<bound>{'|'.join(BOUNDS)}) )?(?P<low>{NUMBER})(?: to (?P<high>{NUMBER}))? ?"
    rf"(?P<unit>{'|'.join(sorted(map(re.escape, UNITS), key=len, reverse=True))})(?![\w/])"
)
# Factors between units that may be compared or converted; anything else never meets.
_SCALE: dict[str, tuple[str, Decimal]] = {
    "mg": ("g", Decimal("0.001")), "ug": ("g", Decimal("0.000001")), "g": ("g", Decimal(1)),
    "ng": ("g", Decimal("0.000000001")),
    "mg/kg": ("g/kg", Decimal("0.001")), "ug/kg": ("g/kg", Decimal("0.000001")),
    "s": ("s", Decimal(1)), "min": ("s", Decimal(60)), "h": ("s", Decimal(3600)),
    "d": ("s", Decimal(86400)), "wk": ("s", Decimal(604800)),
    "mo": ("mo", Decimal(1)), "a": ("mo", Decimal(12)),
}  # fmt: skip


class NotAQuantity(ValueError):  # noqa: N818
    """The text is not a quantity in the one form that is allowed."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`low` to `high` of `unit` (UCUM); equal ends are one number; `bound` says how the figure limits."""

    low: Decimal
    high: Decimal
    unit: str
    bound: str = ""

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise NotAQuantity(f"{self.low} to {self.high} runs downwards")

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    def __str__(self) -> str:
        numbers = plain(self.low) if not self.is_range else f"{plain(self.low)} to {plain(self.high)}"
        gap = "" if self.unit == "%" else " "
        return f"{self.bound} {numbers}{gap}{WORDS[self.unit]}".strip()

    def times(self, factor: Decimal) -> "Quantity":
        """The quantity multiplied by a number without unit."""
        return Quantity(self.low * factor, self.high * factor, self.unit, self.bound)

    def within(self, unit: str) -> "Quantity":
        """The same quantity in another unit of its kind; refuses units that do not convert."""
        if unit == self.unit:
            return self
        (kind, size), (other_kind, other_size) = _scale(self.unit), _scale(unit)
        if kind != other_kind:
            raise NotAQuantity(f"{self.unit} and {unit} do not convert")
        return Quantity(self.low * size / other_size, self.high * size / other_size, unit, self.bound)


def ratio(unit: str, other: str) -> Decimal:
    """How many of `other` make one `unit`; NotAQuantity when the two never convert."""
    return Quantity(Decimal(1), Decimal(1), unit).within(other).low


def _scale(unit: str) -> tuple[str, Decimal]:
    return _SCALE.get(unit, (unit, Decimal(1)))


def plain(number: Decimal) -> str:
    """A number without exponent or trailing zero: 5, 0.5, 1000."""
    text = f"{number.normalize():f}"
    return "0" if text == "-0" else text


def cut_down(number: Decimal) -> Decimal:
    """A worked-out number with three figures, or one decimal place from ten upwards; never rounded up."""
    return number.quantize(Decimal(1).scaleb(min(number.adjusted() - 2, -1)), ROUND_DOWN)


def parse_quantity(text: str) -> Quantity:
    """`40 to 80 mg`, `less than 30 mL/min`, `1 to 2 weeks` → Quantity."""
    found = _PATTERN.fullmatch(text.strip())
    if not found:
        raise NotAQuantity(f"{text!r} is not a quantity such as '3 days' or '40 to 80 mg'")
    return quantity_of(found)


def match_quantity(text: str) -> tuple[Quantity, str] | None:
    """The quantity that a text begins with and what follows it, or None."""
    found = _PATTERN.match(text)
    return (quantity_of(found), text[found.end() :]) if found else None


def quantity_of(found: re.Match[str]) -> Quantity:
    """The Quantity of a match of the pattern."""
    low = Decimal(found["low"].replace(",", ""))
    high = Decimal(found["high"].replace(",", "")) if found["high"] else low
    return Quantity(low, high, UNITS[found["unit"]], found["bound"] or "")
