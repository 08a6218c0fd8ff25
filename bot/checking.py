"""Compares a proposed dose with every limit our sources give. It says above or within, never "safe"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.dosing.by_weight import PER_KG, WHOLE, by_weight
from bot.dosing.facts import ANY, Fact
from bot.dosing.lookup import FORBIDDING, LIMITS, TENFOLD
from bot.dosing.quantity import NotAQuantity, Quantity, plain
from bot.dosing.regimen import Dose
from bot.reply import Checked, DoseCheck, ForPatient
from intents.understanding import ProposedDose

LIGHTEST_ADULT = Decimal(30)  # kg


def unstated(dose: ProposedDose) -> str:
    """The one thing that is missing before a dose can be judged: unit, basis, or nothing."""
    if not dose.amount.unit:
        return "dose_unit"
    if dose.basis is None and dose.times_daily is None:
        return "dose_basis"
    return ""


def check_dose(
    dose: ProposedDose,
    facts: Iterable[Fact],
    patient: ForPatient | None = None,
    population: str = "",
    weight: Decimal | None = None,
) -> DoseCheck:
    """The dose per dose and per day against each limit; a slip of unit or tenfold is called out.

    Limits that are this patient's own (the band of the kidneys, a dose by weight) come first; `population` is whom
    the thread is about. A dose per kg is made absolute by the weight (kg), where that is known.
    """
    facts = tuple(facts)
    low, high = sorted((dose.amount.value, dose.high or dose.amount.value))
    amount = Quantity(low, high, dose.amount.unit)
    by_kg = weight is not None and amount.unit in PER_KG
    proposal = _proposal(dose, by_weight(amount, weight) if weight is not None and by_kg else amount)
    own = _own_limits(patient, proposal, population) if patient else []
    own = own if _any_comparable(own) else [*own, *_own_usual(patient, proposal)]
    limits = (fact for fact in facts if _is_limit(fact) and (amount.unit in PER_KG or not _per_kg(fact)))
    checked = (proposal.against(fact) for fact in sorted(limits, key=lambda fact: not fact.source.local))
    general = [finding for finding in checked if finding]
    if not _any_comparable((*own, *general)):
        light = weight is not None and weight < LIGHTEST_ADULT
        usual = (fact for fact in facts if _is_usual(fact) and not _per_kg(fact))
        usual = (fact for fact in usual if fact.at.population != "child" or population == "child" or light)
        general += _unusual(proposal.against(fact) for fact in usual)
    toxic = [Checked(fact, "toxic") for fact in _poisons(facts, patient, population) if proposal.reaches(fact)]
    findings = tuple(dict.fromkeys((*toxic, *own, *general)))
    return DoseCheck(
        plain(low),
        amount.unit,
        plain(dose.times_daily) if dose.times_daily else "",
        str(proposal.per_day or ""),
        findings,
        _slip(proposal.most, facts, patient),
        plain(high) if high != low else "",
        str(proposal.per_dose or ""),
        dose.basis == "day",
        plain(weight) if weight is not None and by_kg else "",
        weight is not None and weight < LIGHTEST_ADULT,
        population,
    )


def _proposal(dose: ProposedDose, amount: Quantity) -> "_Proposal":
    """Per dose and per day, as far as the words fix both."""
    if dose.basis != "day":
        return _Proposal(amount, amount.times(dose.times_daily) if dose.times_daily else None)
    times = dose.times_daily
    each = Quantity(amount.low / times, amount.high / times, amount.unit) if times else None
    return _Proposal(each, amount)


def _poisons(facts: Iterable[Fact], patient: ForPatient | None, population: str) -> Iterator[Fact]:
    """Doses linked with toxicity in such people; those of poor kidneys count once a band says that these are."""
    bands = (line.fact for one in (patient.picked if patient else ()) for line in one.deciding)
    adjusted = (fact.at.population for fact in bands if fact.action != "no_adjustment")
    people = {ANY, "adult", population, *adjusted}
    return (fact for fact in facts if fact.what == "toxic_dose" and fact.at.population in people)


def _per_kg(fact: Fact) -> bool:
    return isinstance(fact.value, Dose) and fact.value.quantity.unit in PER_KG


def _is_limit(fact: Fact) -> bool:
    """A maximum of the whole treatment; that of a start or a single step is none for a dose in general."""
    return fact.what in LIMITS and fact.at.about in WHOLE


def _own_limits(patient: ForPatient, proposal: "_Proposal", population: str) -> list[Checked]:
    """What the patient's bands and weight make of the limits; "do not use" is above any dose.

    Bands without an age are made for adults: what they allow is no limit for a child.
    """
    facts = [line.fact for one in patient.picked for line in one.deciding]
    facts = [fact for fact in facts if population != "child" or fact.at.age or fact.action in FORBIDDING]
    found: list[Checked | None] = [Checked(fact, "do_not_use", "band") for fact in facts if fact.action in FORBIDDING]
    found += [Checked(fact, "not_comparable", "band") for fact in facts if fact.action == "reduce" and not fact.value]
    found += [proposal.against(fact, "band") for fact in _highest(fact for fact in facts if fact.at.about != "start")]
    weighed = (one for one in patient.weighed if _is_limit(one.fact))
    found += [proposal.against(one.fact, "weight", one.dose) for one in weighed]
    return [finding for finding in found if finding]


def _any_comparable(findings: Iterable[Checked]) -> bool:
    return any(finding.verdict != "not_comparable" for finding in findings)


def _own_usual(patient: ForPatient | None, proposal: "_Proposal") -> list[Checked]:
    """What the usual doses by weight come to for this patient, where nothing limits the dose for just these people."""
    weighed = (one for one in (patient.weighed if patient else ()) if _is_usual(one.fact))
    return _unusual(proposal.against(one.fact, "weight", one.dose) for one in weighed)


def _is_usual(fact: Fact) -> bool:
    return fact.what == "usual" and fact.at.about in WHOLE


def _unusual(findings: Iterable[Checked | None]) -> list[Checked]:
    """A usual dose is no limit: being above it is said, being within it says nothing that a limit does not."""
    return [replace(found, verdict="above_usual") for found in findings if found and found.verdict == "above"]


def _highest(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The most that each source allows in its band, where it lists several regimens there.

    On a border or in a gap two bands of one source count: the lower of them limits.
    """
    highest: dict[tuple[str, str], tuple[Decimal, Fact]] = {}
    for fact in facts:
        if isinstance(fact.value, Dose):
            band = (fact.source.id, fact.at.band.words if fact.at.band else "")
            amount = (fact.value.per_day or fact.value.quantity).high
            if band not in highest or amount > highest[band][0]:
                highest[band] = (amount, fact)
    lowest: dict[str, Fact] = {}
    for (source, _), (_, fact) in sorted(highest.items(), key=lambda item: item[1][0]):
        lowest.setdefault(source, fact)
    return tuple(lowest.values())


@dataclass(frozen=True, slots=True)
class _Proposal:
    """The proposed amount per dose and per day, as far as they were said."""

    per_dose: Quantity | None
    per_day: Quantity | None

    @property
    def most(self) -> Quantity | None:
        """What it comes to: in a day where that is known, else at one time."""
        return self.per_day or self.per_dose

    def reaches(self, fact: Fact) -> bool:
        """Whether the amount is one that a source links with toxicity."""
        if not isinstance(fact.value, Dose):
            return False
        known = {"day": self.per_day, "dose": self.per_dose}
        mine = known.get(fact.value.basis, self.per_dose or self.per_day)
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
        in_all = dose.basis == "total"
        mine = self.most if in_all else mine
        try:
            above = mine is not None and mine.high > theirs.within(mine.unit).high
        except NotAQuantity:
            return Checked(fact, "not_comparable", scope, shown)
        if mine is None or (in_all and not above):  # what is given in all is not known
            return Checked(fact, "not_comparable", scope, shown)
        return Checked(fact, "above" if above else "within", scope, shown)


def _slip(mine: Quantity | None, facts: Iterable[Fact], patient: ForPatient | None) -> str:
    """`unit` when our facts for the route are in another unit of mass, `tenfold` when far from all of them.

    What is given by weight counts as it comes to for this patient; a maximum says nothing of how small a dose may be.
    """
    found = [(fact, fact.value) for fact in facts if isinstance(fact.value, Dose) and fact.what != "toxic_dose"]
    found += [(one.fact, one.dose) for one in (patient.weighed if patient else ())]
    doses = [(fact, dose.per_day or dose.quantity) for fact, dose in found if dose.basis != "total"]
    masses = [(fact, quantity) for fact, quantity in doses if quantity.unit in ("mg", "ug")]
    if mine is None or not masses or mine.unit not in ("mg", "ug", "g"):
        return ""
    if ("mg" if mine.unit == "g" else mine.unit) not in {quantity.unit for _, quantity in masses}:
        return "unit"
    highest = max(quantity.within(mine.unit).high for _, quantity in masses)
    given = (quantity.within(mine.unit).low for fact, quantity in masses if fact.what not in LIMITS)
    lowest = min(given, default=Decimal(0))
    return "tenfold" if mine.high >= highest * TENFOLD or mine.high * TENFOLD <= lowest else ""
