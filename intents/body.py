"""Age, weight, height and sex of one patient. A number whose unit is not certain is asked, never guessed."""

import re
from decimal import Decimal

from intents.expressions import Expression
from intents.numbers import IS, NUMBER, is_bound, plain, read_number, to_tenth
from intents.sheet import AGE, CHILD_AGE, OLDER_AGE, VALUE, WEIGHT, Sheet
from intents.sheet import NUMBER as NUMBER_MARK
from intents.understanding import ADULT_FROM, OLDER_FROM, Measure

KG_PER_POUND = Decimal("0.45359237")
CM_PER_INCH, INCHES_PER_FOOT, POUNDS_PER_STONE = Decimal("2.54"), 12, 14
_AGE_UNITS = {"y": "a", "m": "mo", "w": "wk", "d": "d"}
_PER_YEAR = {"a": 1, "mo": 12, "wk": 52, "d": 365}
_DURATION_BEFORE = Expression(
    r"\b(?:for|within|after|since|past|last|every|in|during|first|next|over|x|each|by|per|took|takes?|taken|wait)"
    r"\s+(?:the\s+|about\s+|~)?$"
)
_DURATION_AFTER = Expression(
    r"\s*(?:ago|later|of (?:treatment|therapy|use)|taper|titration|course|on\b|after|before|apart|shelf)"
)
_YOUNG_AFTER = Expression(r"\s*(?:baby|babies|infant|neonate|newborn|child|boy|girl|kid|toddler|preterm|premature)\b")
_PERSON_AFTER = Expression(r"[\s,]*(?:old[\s,]*)?(?:man|woman|male|female|lady|gentleman|patient|pt|boy|girl)\b")
_AGE_NEAR = Expression(r"\b(?:aged?|old|child|infant|baby|toddler|neonate|newborn|boy|girl|kid)\s*(?:of|is|:|,)?\s*$")

_OLD = r"\s*-?\s*(?:olds?\b|of age\b|o\b)"
_AGE = Expression(
    rf"(?P<n>{NUMBER})\s*-?\s*(?:(?P<yo>y\s?/\s?o\b|y\.o\b\.?|yo\b)"
    rf"|(?P<u>years?|yrs?|yr|y|months?|mths?|mos?|mo|weeks?|wks?|wk|days?|d)(?:\b|(?=old))\.?(?P<old>{_OLD})?"
    rf"|(?P<m>m)(?P<mold>{_OLD}))(?![/])(?:[\s,]*(?P<sex>m|f)\b(?!\s*\d))?"
)
_AGED = Expression(
    rf"\b(?:(?:aged|age){IS}|s?he(?:\s+is|'s|s)\s+)(?P<n>{NUMBER})"
    r"(?![\w/%]|\s*-?\s*(?:years?|yrs?|y|m|months?|mo|weeks?|wks?|days?|kgs?|kilos?|mg|mcg|micrograms?|g|ml|cm|lbs?)\b)"
)
_AGE_FEMALE = Expression(r"(?<![\w.,/])(?P<n>\d{1,3})\s*f\b(?!\s*/)")
_FEMALE_AGE = Expression(r"(?<![\w.,/'])(?P<sex>[mf])\s?(?P<n>\d{2})\b(?!\s*(?:mg|mcg|kg|ml|/|\.|,))")
_AGE_OR_SEX = Expression(r"(?<![\w.,/])(?P<n>\d{1,3})\s*m\b(?!\s*[/\d^])")
_STONE = Expression(rf"(?P<n>{NUMBER})\s*(?:stones?|st)\b(?:\s*(?P<p>\d{{1,2}})\s*(?:(?:lbs?|pounds?)\b|(?=\W|$)))?")
_WEIGHT = Expression(
    rf"(?P<n>{NUMBER})\s*-?\s*(?:(?P<kg>kgs?|kilos?|kilograms?|kilogrammes?)|(?P<lb>lbs?|pounds?))\b(?!\s*/)"
)
_BARE_WEIGHT = Expression(
    rf"\b(?:weighs?|weighing|weight|wt|bw){IS}(?P<n>{NUMBER})"
    r"(?![\w/]|\s*-?\s*(?:kg|kilo|lb|pound|st\b|stone|g\b|gram|mg))"
)
_HEIGHT = Expression(
    r"(?<![\w.,/])(?:(?P<cm>\d{2,3}(?:\.\d+)?)\s*(?:cms?|centimet\w+)\b"
    r"|(?P<m>[12]\.\d\d?)\s*m(?:et(?:er|re)s?)?\b(?!\s*/)"
    r"|(?P<ft>[3-7])\s*(?:ft|feet|foot|')\s*(?:(?P<in>1[01]|\d)\s*(?:in|inch|inches|\"|'')?)?(?!\d))"
)


def read_height(sheet: Sheet) -> Measure | None:
    """A height in centimetres, whatever it was said in."""
    match = _HEIGHT.search(sheet.text)
    if not match:
        return None
    if match["cm"]:
        value = Decimal(match["cm"])
    elif match["m"]:
        value = to_tenth(Decimal(match["m"]) * 100)
    else:
        value = to_tenth((int(match["ft"]) * INCHES_PER_FOOT + int(match["in"] or 0)) * CM_PER_INCH)
        sheet.echo(*match.span(), f"{plain(value)} cm")
    written = sheet.written(*match.span())
    sheet.take(*match.span(), VALUE)
    return Measure(value, "cm", written)


def read_weight(sheet: Sheet) -> Measure | None:
    """A weight in kilograms; pounds and stones are converted and shown."""
    in_kg = (match for match in _WEIGHT.finditer(sheet.text) if match["kg"])
    weights = [match for match in in_kg if not is_bound(sheet.text, match.start(), match.end())]
    if sheet.differ([match.span() for match in weights], [match["n"] for match in weights], WEIGHT):
        return None
    for pattern in (_STONE, _WEIGHT):
        for match in pattern.finditer(sheet.text):
            if not is_bound(sheet.text, match.start(), match.end()):
                return _weight(sheet, match)
            sheet.take(*match.span(), WEIGHT)
    bare = _BARE_WEIGHT.search(sheet.text)
    if bare:
        said = sheet.written(*bare.span("n"))
        sheet.ask("weight_unit", *bare.span("n"), (f"{said} kg", f"{said} lb"))
        sheet.take(*bare.span("n"), WEIGHT)
    return None


def _weight(sheet: Sheet, match: re.Match[str]) -> Measure | None:
    number = read_number(sheet, *match.span("n"))
    groups, written = match.groupdict(), sheet.written(*match.span())
    if number is not None and not groups.get("kg"):
        pounds = number if groups.get("lb") else number * POUNDS_PER_STONE + int(groups.get("p") or 0)
        number = to_tenth(pounds * KG_PER_POUND)
        sheet.echo(*match.span(), f"{plain(number)} kg")
    sheet.take(*match.span(), WEIGHT)
    return None if number is None else Measure(number, "kg", written)


def read_age(sheet: Sheet) -> tuple[Measure | None, str | None]:
    """An age, and the sex that stands glued to it ("62F"); "5 m" is asked."""
    for match in _AGE.finditer(sheet.text):
        if not _is_age(sheet, match):
            continue
        unit = "a" if match["yo"] else _AGE_UNITS[(match["u"] or match["m"])[0]]
        return _age(sheet, match, unit)
    for pattern in (_AGED, _AGE_FEMALE, _FEMALE_AGE):
        found = pattern.search(sheet.text)
        if found and not is_bound(sheet.text, found.start("n"), found.end("n")):
            return _age(sheet, found, "a", "f" if pattern is _AGE_FEMALE else None)
    unsure = _AGE_OR_SEX.search(sheet.text)
    if unsure and not is_bound(sheet.text, *unsure.span()):
        sheet.ask("age_or_sex", *unsure.span(), (f"{unsure['n']} months", f"{unsure['n']} years, male"))
        sheet.take(*unsure.span(), AGE)
    return None, None


def _age(
    sheet: Sheet, match: re.Match[str], unit: str, sex_sign: str | None = None
) -> tuple[Measure | None, str | None]:
    number = read_number(sheet, *match.span("n"))
    groups = match.groupdict()
    letter = groups.get("sex") or sex_sign
    written = sheet.written(*match.span())
    sheet.take(*match.span(), _group(number, unit))
    sex = {"m": "male", "f": "female", None: None}[letter]
    return (None if number is None else Measure(number, unit, written)), sex


def _group(number: Decimal | None, unit: str) -> str:
    """The mark of an age: a child and somebody old are asked about in other words than an adult."""
    if number is None:
        return AGE
    years = number / _PER_YEAR[unit]
    return CHILD_AGE if years < ADULT_FROM else OLDER_AGE if years >= OLDER_FROM else AGE


def _is_age(sheet: Sheet, match: re.Match[str]) -> bool:
    """Whether a span of time is somebody's age and no limit, duration or interval.

    What a weight follows is an age, whatever stands before it ("ok for 7 years 22 kg").
    """
    text = sheet.text
    if is_bound(text, match.start(), match.end()):
        return False
    if match["yo"] or match["old"] or match["m"] or match["sex"]:
        return True
    if match["u"][0] == "y" and _PERSON_AFTER.match(text, match.end()):
        return True
    if _DURATION_BEFORE.search(text, 0, match.start()) or _DURATION_AFTER.match(text, match.end()):
        return sheet.is_followed_by(WEIGHT, match.end())
    surely = _YOUNG_AFTER.match(text, match.end()) or _AGE_NEAR.search(text, 0, match.start())
    if match["u"][0] in "wd":
        return bool(surely)
    return True


_COUNTED = Expression(NUMBER + r"(?:\s*(?:%|hours?|hrs?|days?|weeks?|months?|years?|minutes?|mls?|mins?)\b)?")


def mark_numbers(sheet: Sheet) -> None:
    """Blanks the numbers that are nothing else, so that intents are scored without them."""
    for match in _COUNTED.finditer(sheet.text):
        sheet.take(*match.span(), NUMBER_MARK)
