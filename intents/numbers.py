"""Numbers as people write them: exact decimals, or a question when a sign could mean two things."""

from decimal import ROUND_HALF_UP, Decimal

from intents.expressions import Expression
from intents.sheet import Sheet

NUMBER = r"(?<![\w.,/])(?:\d+(?:[.,]\d+)*|\.\d+)"
# Words that may stand between a quantity and its number ("creatinine is about 2").
IS = r"(?:\s*(?:is|was|of|=|:|at|about|around|approx|approximately|level|now|~)\s*)*\s*"
_UNSURE_COMMA = Expression(r"\d+(?:,\d+)+")
_UNSURE_POINT = Expression(r"[1-9]\d{0,2}\.\d{3}")
# A limit or one end of a range ("under 12 years", "CrCl < 30", "2 to 7 years") is no value of one patient.
_LIMIT_BEFORE = Expression(
    r"(?:[<>]=?|\b(?:under|over|above|below|than|least|until|beyond|between|up to))\s*$"
    r"|\d\s*(?:[a-z]+\s*)?(?:-|to)\s*$|\bbetween\s+\S+\s+and\s*$"
)
_RANGE_AFTER = Expression(r"\s*(?:(?:-|to)\s*\d|\+|(?:and|or) (?:older|above|over|under|younger|below|more|less)\b)")


def read_number(sheet: Sheet, start: int, end: int) -> Decimal | None:
    """The number at a place; None, and a question noted, when its comma or point could mean two things."""
    text = sheet.text[start:end]
    choices = unsure_forms(text)
    if choices:
        sheet.ask("decimal", start, end, choices)
        return None
    return Decimal(f"0{text}" if text.startswith(".") else text)


def plain(number: Decimal) -> str:
    """A number without exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_tenth(number: Decimal) -> Decimal:
    """Rounded half up to one decimal place."""
    return Decimal(plain(number.quantize(Decimal("0.1"), ROUND_HALF_UP)))


def is_unsafe(text: str) -> bool:
    """Whether a decimal lacks its leading digit or has a trailing zero (".5", "5.0")."""
    return text.startswith(".") or ("." in text and text.endswith("0"))


def is_bound(text: str, start: int, end: int) -> bool:
    """Whether the number at this place is a limit, or an end of a range."""
    return bool(_LIMIT_BEFORE.search(text, 0, start) or _RANGE_AFTER.match(text, end))


def unsure_forms(text: str) -> tuple[str, ...]:
    """The two readings of "1,5" or "10.000"; nothing when there is only one."""
    if _UNSURE_COMMA.fullmatch(text) or _UNSURE_POINT.fullmatch(text):
        whole, _, rest = text.replace(",", ".", 1).partition(".")
        rest = rest.replace(",", "")
        together = f"{int(whole + rest):,}" if len(rest) >= 3 else whole + rest
        return (plain(Decimal(f"{whole}.{rest}")), together)
    return (text,) if text.count(".") + text.count(",") > 1 else ()
