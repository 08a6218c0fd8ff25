"""Statements in our own words, the figures inside them, and cut-offs: from text to frozen data."""

import re
from functools import lru_cache

from bot.dosing.facts import Band, Figure, Text
from bot.dosing.quantity import NotAQuantity, Quantity, parse_quantity
from bot.dosing.regimen import MASS_UNITS, Dose, parse_dose

_FIGURE = re.compile(r"\{([^{}]*)\}")
# A digit inside a word is part of a name (CYP1A2, B12, GABA-B2).
_BARE_DIGIT = re.compile(r"(?<![A-Za-z0-9-])\d|(?<![A-Za-z])-\d|[½¼¾{}]")
_BAND = re.compile(r"(?P<metric>CrCl|eGFR|GFR|CKD stage|Child-Pugh|serum creatinine) (?P<rest>.+)")
_MEASURED = frozenset({"CrCl", "eGFR", "GFR", "serum creatinine"})
_SPELT = re.compile(
    r"(?i)\b(?:half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|eighty|hundred|thousand)[ -](?:an? )?(?:mg|micrograms?|mcg|ng|g|mL|units)\b"
)
_MASS = re.compile(r"\d ?(?i:mg|micrograms?|nanograms?|mcg|ug|ng|g|units|iu)\b(?!/(?:\d+ ?)?(?:mL|L|dL)\b)")
_STRENGTH = re.compile(r"\b(tablets?|capsules?|granules?|solution|suspension|ampoules?|in|of|plasma|infant)\b")
_OFTEN = re.compile(r"\b(daily|hourly|times)\b|/(?:day|d|dose)\b")


def parse_band(text: str) -> Band:
    """`eGFR 30 to 60 mL/min/1.73 m2`, `CKD stage 4`, `Child-Pugh C` → Band."""
    found = _BAND.fullmatch(text.strip())
    if not found:
        raise NotAQuantity(f"{text!r} does not begin with CrCl, eGFR, GFR, CKD stage, Child-Pugh")
    try:
        return Band(found["metric"], parse_quantity(found["rest"]), text)
    except NotAQuantity:
        if found["metric"] in _MEASURED:
            raise
        return Band(found["metric"], None, text)


@lru_cache(maxsize=4096)
def parse_text(text: str) -> Text:
    """A statement with every figure in braces → Text; a bare figure is refused."""
    parts: list[str | Figure] = []
    for index, part in enumerate(_FIGURE.split(text)):
        if index % 2:
            parts.append(parse_figure(part))
        elif _BARE_DIGIT.search(part) or _SPELT.search(part):
            raise NotAQuantity(f"{text!r} has a figure outside braces")
        elif part:
            parts.append(part)
    return Text(tuple(parts))


def parse_figure(text: str) -> Figure:
    """A dose, a quantity, or other words with a number; a bare mass without basis is refused."""
    for parse in (parse_dose, parse_quantity):
        try:
            value: Dose | Quantity = parse(text)
        except NotAQuantity:
            continue
        if isinstance(value, Quantity) and value.unit in MASS_UNITS - {"mL"}:
            raise NotAQuantity(f"{text!r} needs 'per dose' or 'per day', or to be a strength or level in words")
        return Figure(text, value)
    if not text.strip():
        raise NotAQuantity("empty braces")
    if _MASS.search(text) and (_OFTEN.search(text) or not _STRENGTH.search(text)):
        raise NotAQuantity(f"{text!r} is not a dose with its basis")
    return Figure(text, None)
