"""Quantities and doses in the reader's convention: words, spaces, commas and units as they must be written."""

from decimal import Decimal

from bot.dosing.quantity import Quantity, plain
from bot.dosing.regimen import BASES, Dose, Frequency

NBSP = "\u00a0"
# UCUM → words, singular and plural; `ug` depends on the locale.
UNIT_WORDS: dict[str, tuple[str, str]] = {
    "mg": ("mg", "mg"), "g": ("g", "g"), "ng": ("nanogram", "nanograms"), "kg": ("kg", "kg"),
    "mg/kg": ("mg per kg", "mg per kg"), "mg/m2": ("mg per square metre", "mg per square metre"),
    "[arb'U]": ("unit", "units"), "[arb'U]/kg": ("unit per kg", "units per kg"),
    "[arb'U]/mL": ("unit per mL", "units per mL"), "{spray}": ("spray", "sprays"), "{vial}": ("vial", "vials"),
    "mL/kg": ("mL per kg", "mL per kg"), "{score}": ("point", "points"), "{muscle}": ("muscle", "muscles"),
    "{site}": ("site", "sites"), "mL": ("mL", "mL"), "L": ("L", "L"),
    "mL/h": ("mL per hour", "mL per hour"), "mL/min": ("mL/min", "mL/min"),
    "mL/min/{1.73_m2}": (f"mL/min/1.73{NBSP}m²", f"mL/min/1.73{NBSP}m²"),
    "mL/min/kg": ("mL/min per kg", "mL/min per kg"), "mL/h/kg": ("mL per hour per kg", "mL per hour per kg"),
    "L/h": ("L per hour", "L per hour"), "L/kg": ("L per kg", "L per kg"), "mL/s": ("mL per second", "mL per second"),
    "L/h/kg": ("L per hour per kg", "L per hour per kg"),
    "mg/mL": ("mg per mL", "mg per mL"), "ng/mL": ("nanograms per mL", "nanograms per mL"),
    "mg/L": ("mg per L", "mg per L"), "mg/dL": ("mg/dL", "mg/dL"),
    "umol/L": ("micromol/L", "micromol/L"), "mmol/L": ("mmol/L", "mmol/L"),
    "s": ("second", "seconds"), "min": ("minute", "minutes"), "h": ("hour", "hours"), "d": ("day", "days"),
    "wk": ("week", "weeks"), "mo": ("month", "months"), "a": ("year", "years"), "%": ("%", "%"),
    "cm": ("cm", "cm"), "m": ("m", "m"), "{dose}/d": ("dose per day", "doses per day"),
    "{times}": ("time", "times"), "{cases}": ("case", "cases"), "{patients}": ("patient", "patients"),
    "{studies}": ("study", "studies"), "Cel": ("degrees Celsius", "degrees Celsius"),
}  # fmt: skip
MICRO = {"us": ("mcg", "mcg"), "uk": ("microgram", "micrograms")}
_BELOW_ONE = {"mg": ("ug", Decimal(1000)), "mg/kg": ("ug/kg", Decimal(1000))}


def number(value: Decimal) -> str:
    """5, 0.5, 1,000: leading zero, no trailing zero, comma from a thousand."""
    text = plain(value)
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def unit_words(unit: str, many: bool, locale: str) -> str:
    """A UCUM unit in words; micrograms by locale."""
    if unit.startswith("ug"):
        word = MICRO[locale][many]
        return word + {"ug": "", "ug/kg": " per kg", "ug/mL": " per mL", "ug/L": " per L"}[unit]
    return UNIT_WORDS[unit][many]


def quantity(value: Quantity, locale: str) -> str:
    """A quantity as it must be written; `uk` shows less than 1 mg as micrograms first."""
    smaller = _BELOW_ONE.get(value.unit)
    if locale == "uk" and smaller and value.high < 1:
        unit, factor = smaller
        other = Quantity(value.low * factor, value.high * factor, unit, value.bound)
        return f"{_quantity(other, locale)} ({_quantity(Quantity(value.low, value.high, value.unit), locale)})"
    return _quantity(value, locale)


def _quantity(value: Quantity, locale: str) -> str:
    numbers = number(value.low)
    if value.is_range:
        numbers += f" to {number(value.high)}"
    words = unit_words(value.unit, value.high != 1 or value.is_range, locale)
    gap = "" if value.unit == "%" else NBSP
    return f"{value.bound} {numbers}{gap}{words}".strip()


def dose(value: Dose, locale: str) -> str:
    """A dose with basis, frequency and length, as it must be written."""
    text = f"{quantity(value.quantity, locale)} {BASES[value.basis]}"
    if value.frequency:
        text += f", {frequency(value.frequency)}"
    if value.duration:
        text += f" for {quantity(value.duration, locale)}"
    return text


def frequency(value: Frequency) -> str:
    """`3 times daily`, `every 6 to 8 hours` with its number kept on one line."""
    return str(value).replace(" times", f"{NBSP}times").replace(" hours", f"{NBSP}hours")


def per_day(value: Dose, locale: str) -> str:
    """The daily total in words, where a dose per dose has a frequency; else nothing."""
    total = value.per_day
    if value.basis == "day" or total is None:
        return ""
    return f"{quantity(total, locale)} per day"
