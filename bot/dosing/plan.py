"""Day tables: a printed titration schedule, cited steps from a start, or a taper down from a present dose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from bot.dosing.facts import Fact, Product
from bot.dosing.quantity import NotAQuantity, Quantity
from bot.dosing.regimen import Dose
from bot.dosing.strengths import Delivered, Strength, solids, whole

MOST_STEPS = 60
_FINE, _COARSE, _SMALL = Decimal("0.01"), Decimal("0.1"), Decimal(100)
_DAYS = {"d": Decimal(1), "wk": Decimal(7)}


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One row: days counted from 1, `last` None when it stays; the dose as printed and per day.

    `pieces`: whole tablets or capsules for one dose (for the day, where only that is known); None when none fit.
    """

    first: int
    last: int | None
    dose: Dose | None
    per_day: Quantity
    pieces: Delivered | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A day table with the facts it comes from; `kind` is titration or taper."""

    kind: str
    facts: tuple[Fact, ...]
    steps: tuple[PlanStep, ...]
    ceiling: Quantity | None = None

    @property
    def worked_out(self) -> bool:
        """Whether the rows are ours, made from cited figures, and not printed by the source."""
        return self.facts[0].what != "schedule"


def in_pieces(plan: Plan, products: Sequence[Product]) -> Plan:
    """The plan with the whole tablets or capsules that make each step, from the strengths that exist."""
    strengths = solids(products)
    return replace(plan, steps=tuple(replace(step, pieces=_pieces(step, strengths)) for step in plan.steps))


def _pieces(step: PlanStep, strengths: Sequence[Strength]) -> Delivered | None:
    amount = step.dose.quantity if step.dose and step.dose.basis == "dose" else step.per_day
    try:
        return None if amount.is_range else whole(amount.within("mg").low, strengths)
    except NotAQuantity:
        return None


def stepwise_plan(start: Fact, step: Fact, interval: Fact, maximum: Fact) -> Plan | None:
    """From the cited start by the cited step, at the longest cited interval, up to the cited maximum.

    None when one of the four leaves something open. The source gives the figures, not the rows: who shows it says so.
    """
    first, raised, every = start.value, step.value, interval.value
    if not isinstance(first, Dose) or not isinstance(raised, Dose) or not isinstance(every, Quantity):
        return None
    days = _whole_days(Quantity(every.high, every.high, every.unit))
    per_day = first.per_day
    ceiling = _ceiling(maximum, per_day.unit) if per_day else None
    if days is None or per_day is None or ceiling is None or first.quantity.is_range or per_day.is_range:
        return None
    rows = _upwards(first, per_day, raised, ceiling, days)
    return Plan("titration", (start, step, interval, maximum), rows, ceiling) if len(rows) > 1 else None


def _upwards(first: Dose, per_day: Quantity, raised: Dose, ceiling: Quantity, days: int) -> tuple[PlanStep, ...]:
    each = raised.basis == "dose" and first.basis == "dose"
    try:
        size = raised.quantity.within(per_day.unit)
    except NotAQuantity:
        return ()
    times = per_day.low / first.quantity.low if first.quantity.low else Decimal(0)
    rise = size.low * times if each else size.low
    unlike = raised.frequency not in (None, first.frequency)
    if raised.quantity.is_range or rise <= 0 or unlike or not (each or raised.basis == "day"):
        return ()
    if (ceiling.high - per_day.low) / rise > MOST_STEPS:
        return ()
    totals = [per_day.low]
    while totals[-1] + rise <= ceiling.high:
        totals.append(totals[-1] + rise)
    rows = []
    for index, total in enumerate(totals):
        day = 1 + index * days
        amount = Quantity(total / times, total / times, per_day.unit) if each else None
        dose = Dose(amount, "dose", first.frequency) if amount else None
        last = None if index == len(totals) - 1 else day + days - 1
        rows.append(PlanStep(day, last, dose, Quantity(total, total, per_day.unit)))
    return tuple(rows)


def titration_plan(schedule: Fact, maximum: Fact | None) -> Plan | None:
    """The day table of a printed schedule; None when a step has no length or no daily dose."""
    steps: list[PlanStep] = []
    day = 1
    for index, dose in enumerate(schedule.steps):
        per_day, last_step = dose.per_day, index == len(schedule.steps) - 1
        length = _whole_days(dose.duration)
        if per_day is None or per_day.is_range or (length is None and not last_step):
            return None
        steps.append(PlanStep(day, day + length - 1 if length else None, dose, per_day))
        day += length or 0
    if not steps or len({step.per_day.unit for step in steps}) > 1:
        return None
    ceiling = _ceiling(maximum, steps[0].per_day.unit)
    return Plan("titration", (schedule, maximum) if maximum and ceiling else (schedule,), tuple(steps), ceiling)


def _ceiling(maximum: Fact | None, unit: str) -> Quantity | None:
    """The maximum per day in the unit of the steps; None where it does not convert."""
    total = maximum.value.per_day if maximum and isinstance(maximum.value, Dose) else None
    try:
        return total.within(unit) if total else None
    except NotAQuantity:
        return None


def taper_plan(present: Quantity, step: Fact, interval: Fact) -> Plan | None:
    """From a present daily dose down to none by the smallest cited step at the longest cited interval."""
    if not isinstance(step.value, Dose) or not isinstance(interval.value, Quantity):
        return None
    lowered = step.value.per_day
    days = _whole_days(Quantity(interval.value.high, interval.value.high, interval.value.unit))
    if lowered is None or days is None:
        return None
    try:
        size = lowered.within(present.unit).low
    except NotAQuantity:
        return None
    if size <= 0 or present.high / size > MOST_STEPS:
        return None
    return Plan("taper", (step, interval), tuple(_downwards(present, size, days)))


def taper_over(present: Quantity, length: Fact) -> Plan | None:
    """From a present daily dose down to none in equal weekly steps within the longest cited length.

    The source gives the length, not the steps: who shows this must say so. A shortest length ("at least") is none.
    """
    if not isinstance(length.value, Quantity) or length.value.bound == "at least":
        return None
    days = _whole_days(Quantity(length.value.high, length.value.high, length.value.unit))
    weeks = days // 7 if days else 0
    if not 0 < weeks <= MOST_STEPS:
        return None
    size = present.high / (weeks + 1)
    left = [present.high - size * week for week in range(1, weeks + 1)]
    steps = [
        PlanStep(7 * week + 1, 7 * (week + 1), None, _quantity(_rounded(dose, present.high), present.unit))
        for week, dose in enumerate(left)
    ]
    doses = [present.high, *(step.per_day.high for step in steps), Decimal(0)]
    if any(after >= before for before, after in pairwise(doses)):
        return None
    none = Quantity(Decimal(0), Decimal(0), present.unit)
    return Plan("taper", (length,), (*steps, PlanStep(7 * weeks + 1, None, None, none)))


def _quantity(value: Decimal, unit: str) -> Quantity:
    return Quantity(value, value, unit)


def _rounded(dose: Decimal, present: Decimal) -> Decimal:
    """Finer where the dose is small: 1.75 mg of 2 mg, 11.25 mg of 15 mg, 45.5 mg of 300 mg."""
    return dose.quantize(_FINE if present < _SMALL else _COARSE, ROUND_HALF_EVEN)


def _downwards(present: Quantity, size: Decimal, days: int) -> list[PlanStep]:
    steps, day, left = [], 1, present.high
    while (left := left - size) > 0:
        steps.append(PlanStep(day, day + days - 1, None, Quantity(left, left, present.unit)))
        day += days
    steps.append(PlanStep(day, None, None, Quantity(Decimal(0), Decimal(0), present.unit)))
    return steps


def _whole_days(duration: Quantity | None) -> int | None:
    if duration is None or duration.unit not in _DAYS or duration.is_range:
        return None
    days = duration.low * _DAYS[duration.unit]
    return int(days) if days == days.to_integral_value() and days > 0 else None
