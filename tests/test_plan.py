"""Day tables: contiguous days, tapers that only ever fall and end at none, nothing made of what does not fit."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.dosing.facts import Fact
from bot.dosing.plan import MOST_STEPS, Plan, in_pieces, stepwise_plan, taper_over, taper_plan, titration_plan
from bot.dosing.quantity import Quantity, parse_quantity
from tests.invented import QUICK, block, fact, facts, sold


def schedule(*steps: str) -> Fact:
    return fact(f"schedule: {{steps: [{', '.join(steps)}]}}")


def taper(present: str, step: str, interval: str) -> Plan | None:
    lowered, every = facts(block(f"taper_step: {step}\ntaper_interval: {interval}"))
    return taper_plan(parse_quantity(present), lowered, every)


def rows(plan: Plan | None) -> list[tuple[int, int | None, str]]:
    assert plan is not None
    return [(step.first, step.last, str(step.per_day)) for step in plan.steps]


def contiguous(plan: Plan) -> bool:
    """Every row begins on the day after the one before it; only the last may stay open."""
    days = [(step.first, step.last) for step in plan.steps]
    return (
        days[0][0] == 1
        and all(last is not None and last >= first for first, last in days[:-1])
        and all(after[0] == before[1] + 1 for before, after in pairwise(days) if before[1])
    )


def test_a_printed_schedule_as_a_day_table() -> None:
    printed = schedule(
        "5 mg per dose 3 times daily for 3 days", "10 mg per dose 3 times daily for 1 week", "40 mg per day"
    )
    plan = titration_plan(printed, None)
    assert rows(plan) == [(1, 3, "15 mg"), (4, 10, "30 mg"), (11, None, "40 mg")]
    assert plan is not None
    assert (plan.kind, plan.facts, plan.ceiling) == ("titration", (printed,), None)
    assert [str(step.dose) for step in plan.steps] == [str(step) for step in printed.steps]


def test_a_last_step_may_have_an_end() -> None:
    plan = titration_plan(schedule("5 mg per day for 2 days", "10 mg per day for 2 days"), None)
    assert rows(plan) == [(1, 2, "5 mg"), (3, 4, "10 mg")]


@QUICK
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 30)), min_size=1, max_size=8), st.booleans())
def test_titration_tables_are_contiguous(steps: list[tuple[int, int]], stays: bool) -> None:
    words = [f"{dose} mg per day for {days} days" for dose, days in steps]
    words += ["999 mg per day"] if stays else []
    plan = titration_plan(schedule(*words), None)
    assert plan is not None
    assert contiguous(plan)
    assert len(plan.steps) == len(words)
    assert (plan.steps[-1].last is None) is stays
    assert all(step.last - step.first + 1 == days for step, (_, days) in zip(plan.steps, steps, strict=False))


@pytest.mark.parametrize(
    "steps",
    [
        ["5 mg per day", "10 mg per day"],
        ["5 mg per dose for 3 days", "10 mg per day"],
        ["5 to 10 mg per day for 3 days", "10 mg per day"],
        ["5 mg per day for 3 to 5 days", "10 mg per day"],
        ["5 mg per day for 36 hours", "10 mg per day"],
        ["5 mg per day for 1 month", "10 mg per day"],
        ["5 mg per day for 1.5 days", "10 mg per day"],
        ["5 mg per dose 3 to 4 times daily for 3 days", "10 mg per day"],
    ],
)
def test_no_table_of_a_schedule_that_leaves_something_open(steps: list[str]) -> None:
    assert titration_plan(schedule(*steps), None) is None


def test_no_table_without_steps() -> None:
    assert titration_plan(fact("usual: 5 mg per day"), None) is None


@pytest.mark.parametrize(
    ("maximum", "ceiling"),
    [
        ("maximum: 80 mg per day", "80 mg"),
        ("maximum: 20 mg per dose, 4 times daily", "80 mg"),
        ("maximum: 20 mg per dose", None),
        ("maximum: {absent: true}", None),
    ],
)
def test_the_ceiling_is_the_sources_daily_maximum(maximum: str, ceiling: str | None) -> None:
    printed, most = schedule("5 mg per day for 3 days", "10 mg per day"), fact(maximum)
    plan = titration_plan(printed, most)
    assert plan is not None
    assert plan.ceiling == (parse_quantity(ceiling) if ceiling else None)
    assert plan.facts == ((printed, most) if ceiling else (printed,))


@pytest.mark.parametrize("maximum", ["maximum: 1 g per day", "maximum: 2 mg/kg per day"])
def test_a_ceiling_is_in_the_unit_of_the_steps_or_left_out(maximum: str) -> None:
    plan = titration_plan(schedule("50 micrograms per day for 3 days", "100 micrograms per day"), fact(maximum))
    assert plan is not None
    assert plan.ceiling is None or plan.ceiling.unit == plan.steps[0].per_day.unit


def test_all_rows_of_a_table_have_one_unit() -> None:
    plan = titration_plan(schedule("500 micrograms per day for 3 days", "1 mg per day"), None)
    assert plan is None or len({step.per_day.unit for step in plan.steps}) == 1


# --- tapers -----------------------------------------------------------------------------------------------


def test_a_taper_from_a_present_dose() -> None:
    plan = taper("20 mg", "5 mg per day", "1 week")
    assert rows(plan) == [(1, 7, "15 mg"), (8, 14, "10 mg"), (15, 21, "5 mg"), (22, None, "0 mg")]
    assert plan is not None
    assert (plan.kind, [each.what for each in plan.facts]) == ("taper", ["taper_step", "taper_interval"])


def test_the_smallest_step_at_the_longest_interval() -> None:
    assert rows(taper("15 mg", "5 to 10 mg per day", "3 to 5 days")) == [
        (1, 5, "10 mg"),
        (6, 10, "5 mg"),
        (11, None, "0 mg"),
    ]


def test_a_remainder_smaller_than_a_step_is_kept_for_a_whole_interval() -> None:
    assert rows(taper("12 mg", "5 mg per day", "1 day")) == [(1, 1, "7 mg"), (2, 2, "2 mg"), (3, None, "0 mg")]


def test_a_step_per_dose_counts_with_its_frequency() -> None:
    assert rows(taper("30 mg", "5 mg per dose, 3 times daily", "1 week")) == [(1, 7, "15 mg"), (8, None, "0 mg")]


@QUICK
@given(
    st.decimals("0.5", "400", places=1),
    st.decimals("0.5", "40", places=1),
    st.integers(1, 28),
    st.sampled_from(["days", "weeks"]),
)
def test_a_taper_only_ever_falls_and_ends_at_none(present: Decimal, step: Decimal, every: int, unit: str) -> None:
    assume(present / step <= MOST_STEPS)
    plan = taper(f"{present} mg", f"{step} mg per day", f"{every} {unit}")
    assert plan is not None
    amounts = [row.per_day.high for row in plan.steps]
    assert amounts[0] < present
    assert all(after < before for before, after in pairwise(amounts))
    assert all(before - after <= step for before, after in pairwise([present, *amounts]))
    assert amounts[-1] == 0
    assert all(amount >= 0 for amount in amounts)
    assert plan.steps[-1].last is None
    assert contiguous(plan)
    assert all(row.last - row.first + 1 == every * (7 if unit == "weeks" else 1) for row in plan.steps[:-1])
    assert {row.per_day.unit for row in plan.steps} == {"mg"}
    assert len(plan.steps) <= MOST_STEPS


@QUICK
@given(st.decimals("0.001", "9999", places=3), st.decimals("0.001", "50", places=3))
def test_a_taper_is_bounded(present: Decimal, step: Decimal) -> None:
    plan = taper(f"{present} mg", f"{step} mg per day", "1 day")
    assert (plan is None) is (present / step > MOST_STEPS)
    assert plan is None or len(plan.steps) <= MOST_STEPS


def test_micrograms_and_milligrams_meet_only_converted() -> None:
    assert rows(taper("300 micrograms", "0.1 mg per day", "1 day")) == [
        (1, 1, "200 micrograms"),
        (2, 2, "100 micrograms"),
        (3, None, "0 micrograms"),
    ]
    assert taper("80 mg", "50 micrograms per day", "1 day") is None


@pytest.mark.parametrize(
    ("step", "interval"),
    [
        ("5 mg per dose", "1 week"),
        ("1 mg/kg per day", "1 week"),
        ("0 mg per day", "1 week"),
        ("5 units per day", "1 week"),
        ("5 mg per day", "1 month"),
        ("5 mg per day", "36 hours"),
        ("5 mg per day", "0.5 days"),
    ],
)
def test_no_taper_of_steps_that_do_not_fit(step: str, interval: str) -> None:
    assert taper("20 mg", step, interval) is None


def test_no_taper_of_facts_without_a_value() -> None:
    none, every = facts(block("taper_step: {absent: true}\ntaper_interval: 1 week"))
    assert taper_plan(parse_quantity("20 mg"), none, every) is None
    step, none = facts(block("taper_step: 5 mg per day\ntaper_interval: {absent: true}"))
    assert taper_plan(parse_quantity("20 mg"), step, none) is None


def test_a_range_is_tapered_from_its_upper_end() -> None:
    plan = taper_plan(
        Quantity(Decimal(10), Decimal(15), "mg"), *facts(block("taper_step: 5 mg per day\ntaper_interval: 1 day"))
    )
    assert rows(plan)[0] == (1, 1, "10 mg")


# --- a taper within a cited length, where the source gives no steps ---------------------------------------------


def over(present: str, length: str) -> Plan | None:
    return taper_over(parse_quantity(present), fact(f"taper_duration: {length}"))


def test_even_weekly_steps_within_the_longest_cited_length() -> None:
    assert rows(over("80 mg", "1 to 3 weeks")) == [
        (1, 7, "60 mg"),
        (8, 14, "40 mg"),
        (15, 21, "20 mg"),
        (22, None, "0 mg"),
    ]
    assert rows(over("30 mg", "14 days")) == [(1, 7, "20 mg"), (8, 14, "10 mg"), (15, None, "0 mg")]


@pytest.mark.parametrize("length", ["{absent: true}", "1 month", "6 days", "2 years", "1.5 days", "61 weeks"])
def test_no_taper_over_a_length_without_whole_weeks(length: str) -> None:
    assert over("80 mg", length) is None


def check_taper_over(present: Decimal, weeks: int, unit: str) -> None:
    plan = over(f"{present} {unit}", f"{weeks} weeks")
    assert plan is not None
    amounts = [row.per_day.high for row in plan.steps]
    assert all(after < before for before, after in pairwise([present, *amounts])), amounts
    assert all(amount > 0 for amount in amounts[:-1])
    assert amounts[-1] == 0
    assert contiguous(plan)
    assert (plan.steps[-1].first, plan.steps[-1].last) == (7 * weeks + 1, None)
    assert len({row.per_day.unit for row in plan.steps}) == 1


@QUICK
@given(st.integers(10, 400), st.integers(1, 12), st.sampled_from(["mg", "micrograms"]))
def test_an_even_taper_only_ever_falls_and_ends_at_none(present: int, weeks: int, unit: str) -> None:
    check_taper_over(Decimal(present), weeks, unit)


@pytest.mark.parametrize(("present", "weeks"), [("0.1", 12), ("0.02", 3), ("0.01", 1)])
def test_no_taper_of_a_dose_too_small_for_steps_of_a_hundredth(present: str, weeks: int) -> None:
    assert over(f"{present} mg", f"{weeks} weeks") is None


@pytest.mark.parametrize(
    ("present", "weeks", "first"), [("2", 7, "1.75"), ("0.5", 12, "0.46"), ("15", 3, "11.25"), ("300", 12, "276.9")]
)
def test_a_small_dose_falls_in_finer_steps(present: str, weeks: int, first: str) -> None:
    plan = over(f"{present} mg", f"{weeks} weeks")
    assert plan is not None
    assert plan.steps[0].per_day.high == Decimal(first)


# --- rows worked out from a start, a step, an interval and a maximum ---------------------------------------------


def stepwise(start: str, step: str, interval: str, maximum: str) -> Plan | None:
    return stepwise_plan(*facts(block(f"start: {start}\nstep: {step}\nstep_interval: {interval}\nmaximum: {maximum}")))


def doses(plan: Plan | None) -> list[str]:
    assert plan is not None
    return [str(step.dose) if step.dose else f"{step.per_day} per day" for step in plan.steps]


def test_from_the_start_by_the_step_to_the_maximum() -> None:
    plan = stepwise("5 mg per dose, 3 times daily", "5 mg per dose", "3 days", "60 mg per day")
    assert rows(plan) == [(1, 3, "15 mg"), (4, 6, "30 mg"), (7, 9, "45 mg"), (10, None, "60 mg")]
    assert doses(plan) == [f"{mg} mg per dose, 3 times daily" for mg in (5, 10, 15, 20)]
    assert plan is not None
    assert plan.worked_out
    assert (plan.kind, plan.ceiling) == ("titration", parse_quantity("60 mg"))
    assert [each.what for each in plan.facts] == ["start", "step", "step_interval", "maximum"]


def test_a_printed_schedule_is_not_worked_out() -> None:
    plan = titration_plan(schedule("5 mg per day for 3 days", "10 mg per day"), None)
    assert plan is not None
    assert not plan.worked_out


def test_the_last_row_stays_below_a_maximum_that_no_step_meets() -> None:
    assert rows(stepwise("5 mg per day", "10 mg per day", "1 week", "32 mg per day")) == [
        (1, 7, "5 mg"),
        (8, 14, "15 mg"),
        (15, None, "25 mg"),
    ]


def test_the_longest_interval_is_taken() -> None:
    assert [row[0] for row in rows(stepwise("5 mg per day", "5 mg per day", "3 to 5 days", "15 mg per day"))] == [
        1,
        6,
        11,
    ]


def test_a_step_of_the_day_raises_the_day_alone() -> None:
    plan = stepwise("5 mg per dose, 3 times daily", "10 mg per day", "1 week", "35 mg per day")
    assert doses(plan) == ["15 mg per day", "25 mg per day", "35 mg per day"]


def test_micrograms_and_milligrams_of_one_plan_are_converted() -> None:
    plan = stepwise("250 micrograms per dose, twice daily", "0.25 mg per dose", "3 days", "1.5 mg per day")
    assert [row[2] for row in rows(plan)] == ["500 micrograms", "1000 micrograms", "1500 micrograms"]


@pytest.mark.parametrize(
    ("start", "step", "interval", "maximum"),
    [
        ("5 to 10 mg per day", "5 mg per day", "3 days", "60 mg per day"),
        ("5 mg per dose", "5 mg per dose", "3 days", "60 mg per day"),
        ("5 mg per dose, 2 to 3 times daily", "5 mg per dose", "3 days", "60 mg per day"),
        ("0.3 mg/kg per day", "5 mg per day", "3 days", "60 mg per day"),
        ("5 mg per day", "5 to 10 mg per day", "3 days", "60 mg per day"),
        ("5 mg per day", "5 mg per dose", "3 days", "60 mg per day"),
        ("5 mg per dose, 3 times daily", "5 mg per dose, once daily", "3 days", "60 mg per day"),
        ("5 mg per day", "0 mg per day", "3 days", "60 mg per day"),
        ("5 mg per day", "5 units per day", "3 days", "60 mg per day"),
        ("5 mg per day", "{absent: true}", "3 days", "60 mg per day"),
        ("5 mg per day", "5 mg per day", "1 month", "60 mg per day"),
        ("5 mg per day", "5 mg per day", "36 hours", "60 mg per day"),
        ("5 mg per day", "5 mg per day", "0.5 weeks", "60 mg per day"),
        ("5 mg per day", "5 mg per day", "{absent: true}", "60 mg per day"),
        ("5 mg per day", "5 mg per day", "3 days", "20 mg per dose"),
        ("5 mg per day", "5 mg per day", "3 days", "{absent: true}"),
        ("5 mg per day", "5 mg per day", "3 days", "60 units per day"),
        ("5 mg per day", "5 mg per day", "3 days", "9 mg per day"),
        ("60 mg per day", "5 mg per day", "3 days", "60 mg per day"),
        ("1 mg per day", "1 mg per day", "3 days", "100 mg per day"),
    ],
)
def test_no_rows_of_figures_that_leave_something_open(start: str, step: str, interval: str, maximum: str) -> None:
    assert stepwise(start, step, interval, maximum) is None


@QUICK
@given(
    st.decimals("0.5", "50", places=1),
    st.decimals("0.5", "50", places=1),
    st.integers(1, 14),
    st.decimals("1", "500", places=1),
    st.sampled_from([("per day", "per day", 1), ("per dose, 3 times daily", "per dose", 3)]),
)
def test_rows_rise_by_the_step_and_never_above_the_maximum(
    start: Decimal, step: Decimal, every: int, most: Decimal, how: tuple[str, str, int]
) -> None:
    first, raised, times = how
    plan = stepwise(f"{start:f} mg {first}", f"{step:f} mg {raised}", f"{every} days", f"{most:f} mg per day")
    assert (plan is not None) is (0 < step <= (most - start * times) / times <= MOST_STEPS * step)
    if plan is None:
        return
    totals = [row.per_day.high for row in plan.steps]
    assert totals[0] == start * times
    assert all(after - before == step * times for before, after in pairwise(totals))
    assert totals[-1] <= most < totals[-1] + step * times
    assert contiguous(plan)
    assert plan.steps[-1].last is None
    assert all(row.last - row.first + 1 == every for row in plan.steps[:-1] if row.last)
    for row in plan.steps:
        assert row.dose is None or row.dose.per_day == row.per_day


# --- the tablets of each row ----------------------------------------------------------------------------------------

TABLETS = sold(("tablet", "5 mg"), ("tablet", "10 mg"))


def pieces(plan: Plan | None) -> list[list[str]]:
    assert plan is not None
    found = in_pieces(plan, TABLETS)
    assert [replace(step, pieces=None) for step in found.steps] == list(plan.steps)
    return [
        [f"{count} x {size.product.strength}" for size, count in step.pieces.counts] if step.pieces else []
        for step in found.steps
    ]


def test_whole_tablets_for_one_dose() -> None:
    plan = titration_plan(schedule("5 mg per dose 3 times daily for 3 days", "15 mg per dose 3 times daily"), None)
    assert pieces(plan) == [["1 x 5 mg"], ["1 x 10 mg", "1 x 5 mg"]]


def test_whole_tablets_for_the_day_where_only_that_is_known() -> None:
    assert pieces(taper("30 mg", "15 mg per day", "1 week")) == [["1 x 10 mg", "1 x 5 mg"], []]


def test_no_tablets_where_no_whole_ones_fit() -> None:
    assert pieces(over("10 mg", "3 weeks")) == [[], ["1 x 5 mg"], [], []]
    assert pieces(taper("7 mg", "3 mg per day", "1 day")) == [[], [], []]


def test_without_products_the_plan_stays() -> None:
    plan = taper("20 mg", "5 mg per day", "1 week")
    assert plan is not None
    assert in_pieces(plan, ()) == plan
