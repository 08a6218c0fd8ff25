"""Compares a proposed dose with every limit our sources give. It says above or within, never "safe"."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.dosing.by_weight import PER_KG, WHOLE
from bot.dosing.facts import ANY, Fact
from bot.dosing.quantity import NotAQuantity, Quantity, plain
from bot.dosing.regimen import Dose
from bot.reply import Checked, DoseCheck, ForPatient
from intents.understanding import ProposedDose

LIMITS = ("maximum", "maximum_exceptional", "screening_maximum")
FORBIDDING = ("do_not_use", "avoid")
TENFOLD = Decimal(10)


def unstated(dose: ProposedDose) -> str:
    """The one thing that is missing before a dose can be judged: unit, basis, or nothing."""
    if not dose.amount.unit:
        return "dose_unit"
    if dose.basis is None and dose.times_daily is None:
        return "dose_basis"
    return ""


def check_dose(
    dose: ProposedDose, facts: Iterable[Fact], patient: ForPatient | None = None, population: str = ""
) -> DoseCheck:
    """The dose per dose and per day against each limit; a slip of unit or tenfold is called out.

    Limits that are this patient's own (the band of the kidneys, a dose by weight) come first; `population` is whom
    the thread is about.
    """
    facts = tuple(facts)
    unit = dose.amount.unit
    low, high = sorted((dose.amount.value, dose.high or dose.amount.value))
    amount = Quantity(low, high, unit)
    per_day = _per_day(dose, amount)
    proposal = _Proposal(amount if dose.basis != "day" else None, per_day)
    own = _own_limits(patient, proposal) if patient else []
    limits = sorted((fact for fact in facts if _is_limit(fact)), key=lambda fact: not fact.source.local)
    general = [proposal.against(fact) for fact in limits if not _per_kg(fact)]
    people = (ANY, "adult", population)
    poisons = (fact for fact in facts if fact.what == "toxic_dose" and fact.at.population in people)
    toxic = [Checked(fact, "toxic") for fact in poisons if proposal.reaches(fact)]
    findings = tuple(dict.fromkeys((*toxic, *own, *(finding for finding in general if finding))))
    return DoseCheck(
        plain(dose.amount.value),
        unit,
        plain(dose.times_daily) if dose.times_daily else "",
        str(per_day) if per_day else "",
        findings,
        _slip(per_day or amount, facts),
        population,
    )


def _is_limit(fact: Fact) -> bool:
    """A maximum of the whole treatment; that of a start or a single step is none for a dose in general."""
    return fact.what in LIMITS and fact.at.about in WHOLE


def _per_kg(fact: Fact) -> bool:
    return isinstance(fact.value, Dose) and fact.value.quantity.unit in PER_KG


def _own_limits(patient: ForPatient, proposal: "_Proposal") -> list[Checked]:
    """What the patient's bands and weight make of the limits; "do not use" is above any dose."""
    facts = [line.fact for one in patient.picked for line in one.inside]
    found: list[Checked | None] = [Checked(fact, "do_not_use", "band") for fact in facts if fact.action in FORBIDDING]
    found += [proposal.against(fact, "band") for fact in _highest(facts)]
    weighed = (one for one in patient.weighed if _is_limit(one.fact))
    found += [proposal.against(one.fact, "weight", one.dose) for one in weighed]
    return [finding for finding in found if finding]


def _highest(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The most that each source allows in its band, where it lists several regimens there."""
    highest: dict[str, tuple[Decimal, Fact]] = {}
    for fact in facts:
        if isinstance(fact.value, Dose):
            amount = (fact.value.per_day or fact.value.quantity).high
            if fact.source.id not in highest or amount > highest[fact.source.id][0]:
                highest[fact.source.id] = (amount, fact)
    return tuple(fact for _, fact in highest.values())


@dataclass(frozen=True, slots=True)
class _Proposal:
    """The proposed amount per dose and per day, as far as they were said."""

    per_dose: Quantity | None
    per_day: Quantity | None

    def reaches(self, fact: Fact) -> bool:
        """Whether the amount is one that a source links with toxicity."""
        if not isinstance(fact.value, Dose):
            return False
        mine = self.per_day if fact.value.basis == "day" else self.per_dose or self.per_day
        try:
            return mine is not None and mine.high >= fact.value.quantity.within(mine.unit).low
        except NotAQuantity:
            return False

    def against(self, fact: Fact, scope: str = "general", limit: Dose | None = None) -> Checked | None:
        """One fact's limit (or what it comes to for this patient) against the amount of the same basis."""
        dose = limit or fact.value
        if not isinstance(dose, Dose):
            return None
        shown = dose.quantity if limit else None
        mine, theirs = {"day": self.per_day, "dose": self.per_dose}.get(dose.basis), dose.quantity
        if self.per_day is not None and dose.per_day is not None:
            mine, theirs = self.per_day, dose.per_day
        if mine is None:
            return Checked(fact, "not_comparable", scope, shown)
        try:
            above = mine.high > theirs.within(mine.unit).high
        except NotAQuantity:
            return Checked(fact, "not_comparable", scope, shown)
        return Checked(fact, "above" if above else "within", scope, shown)


def _per_day(dose: ProposedDose, amount: Quantity) -> Quantity | None:
    if dose.basis == "day":
        return amount
    return amount.times(dose.times_daily) if dose.times_daily else None


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
