"""Compares a proposed dose with every limit our sources give. It says above or within, never "safe"."""

from collections.abc import Iterable
from decimal import Decimal

from bot.dosing.facts import Fact
from bot.dosing.quantity import NotAQuantity, Quantity, plain
from bot.dosing.regimen import Dose
from bot.reply import Checked, DoseCheck
from intents.understanding import ProposedDose

LIMITS = ("maximum", "maximum_exceptional", "screening_maximum")
TENFOLD = Decimal(10)


def unstated(dose: ProposedDose) -> str:
    """The one thing that is missing before a dose can be judged: unit, basis, or nothing."""
    if not dose.amount.unit:
        return "dose_unit"
    if dose.basis is None and dose.times_daily is None:
        return "dose_basis"
    return ""


def check_dose(dose: ProposedDose, facts: Iterable[Fact]) -> DoseCheck:
    """The dose per dose and per day against each limit; a slip of unit or tenfold is called out."""
    facts = tuple(facts)
    unit = dose.amount.unit
    low, high = sorted((dose.amount.value, dose.high or dose.amount.value))
    amount = Quantity(low, high, unit)
    per_day = _per_day(dose, amount)
    findings = tuple(
        finding for fact in facts if fact.what in LIMITS and (finding := _against(fact, dose, amount, per_day))
    )
    return DoseCheck(
        plain(dose.amount.value),
        unit,
        plain(dose.times_daily) if dose.times_daily else "",
        str(per_day) if per_day else "",
        findings,
        _slip(per_day or amount, facts),
    )


def _per_day(dose: ProposedDose, amount: Quantity) -> Quantity | None:
    if dose.basis == "day":
        return amount
    return amount.times(dose.times_daily) if dose.times_daily else None


def _against(fact: Fact, dose: ProposedDose, amount: Quantity, per_day: Quantity | None) -> Checked | None:
    if not isinstance(fact.value, Dose):
        return None
    amounts = {"day": per_day, "dose": amount if dose.basis != "day" else None}
    mine = amounts.get(fact.value.basis)
    if mine is None:
        return Checked(fact, "not_comparable")
    try:
        limit = fact.value.quantity.within(mine.unit)
    except NotAQuantity:
        return Checked(fact, "not_comparable")
    return Checked(fact, "above" if mine.high > limit.high else "within")


def _slip(mine: Quantity, facts: Iterable[Fact]) -> str:
    """`unit` when our facts for the route are in another unit of mass, `tenfold` when far from all of them."""
    held = [fact.value.per_day or fact.value.quantity for fact in facts if isinstance(fact.value, Dose)]
    masses = [quantity for quantity in held if quantity.unit in ("mg", "ug")]
    if not masses or mine.unit not in ("mg", "ug", "g"):
        return ""
    if mine.unit not in {quantity.unit for quantity in masses}:
        return "unit"
    highest = max(quantity.within(mine.unit).high for quantity in masses)
    lowest = min(quantity.within(mine.unit).low for quantity in masses)
    return "tenfold" if mine.high >= highest * TENFOLD or mine.high * TENFOLD <= lowest else ""
