"""A proposed dose against every limit we hold: above or within, never "safe"; a slip of unit is called out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking import check_dose, unstated
from bot.dosing.quantity import parse_quantity
from bot.reply import DoseCheck
from intents.understanding import Measure, ProposedDose
from tests.invented import QUICK, block, facts

ORAL = "start: 5 mg per dose, 3 times daily\nusual: 40 to 80 mg per day\nmaximum: 80 mg per day"
PUMP = (
    "screening: 50 micrograms per dose\nusual: 300 to 800 micrograms per day\n"
    "screening_maximum: 100 micrograms per dose"
)


def proposed(text: str, basis: str | None = None, times: int | None = None, high: str | None = None) -> ProposedDose:
    found = parse_quantity(text)
    amount = Measure(found.low, found.unit, text)
    return ProposedDose(amount, basis, Decimal(times) if times else None, Decimal(high) if high else None)


def checked(dose: ProposedDose, *said: str, **coordinates: str) -> DoseCheck:
    return check_dose(dose, facts(*(block(text, **coordinates) for text in said)))


def verdicts(found: DoseCheck) -> list[str]:
    return [finding.verdict for finding in found.findings]


@pytest.mark.parametrize(
    ("dose", "missing"),
    [
        (ProposedDose(Measure(Decimal(5), "", "5")), "dose_unit"),
        (ProposedDose(Measure(Decimal(5), "", "5"), "day", Decimal(3)), "dose_unit"),
        (proposed("5 mg"), "dose_basis"),
        (proposed("5 mg", "day"), ""),
        (proposed("5 mg", "dose"), ""),
        (proposed("5 mg", times=3), ""),
    ],
)
def test_what_is_missing_before_a_dose_can_be_judged(dose: ProposedDose, missing: str) -> None:
    assert unstated(dose) == missing


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [
        (proposed("80 mg", "day"), "within"),
        (proposed("80.1 mg", "day"), "above"),
        (proposed("20 mg", "dose", 4), "within"),
        (proposed("25 mg", "dose", 4), "above"),
        (proposed("20 mg", times=4), "within"),
        (proposed("0.08 g", "day"), "within"),
        (proposed("0.081 g", "day"), "above"),
        (proposed("90000 micrograms", "day"), "above"),
        (proposed("60 mg", "day", high="100"), "above"),
        (proposed("10 mg", "dose"), "not_comparable"),
        (proposed("1 mg/kg", "day"), "not_comparable"),
        (proposed("80 units", "day"), "not_comparable"),
    ],
)
def test_a_dose_against_a_daily_maximum(dose: ProposedDose, verdict: str) -> None:
    assert verdicts(checked(dose, "maximum: 80 mg per day")) == [verdict]


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [
        (proposed("20 mg", "dose"), "within"),
        (proposed("21 mg", "dose", 2), "above"),
        (proposed("20 mg", times=4), "within"),
        (proposed("60 mg", "day"), "not_comparable"),
    ],
)
def test_a_dose_against_a_maximum_per_dose(dose: ProposedDose, verdict: str) -> None:
    assert verdicts(checked(dose, "maximum: 20 mg per dose")) == [verdict]


@pytest.mark.parametrize("limit", ["10 mg per hour", "200 mg in total"])
def test_a_limit_of_another_basis_is_not_compared(limit: str) -> None:
    assert verdicts(checked(proposed("5 mg", "dose"), f"maximum: {limit}")) == ["not_comparable"]


def test_every_limit_is_compared_and_nothing_else() -> None:
    found = checked(
        proposed("90 mg", "day"),
        "start: 5 mg per day\nusual: 40 mg per day\nmaximum: 80 mg per day\nmaximum_exceptional: 100 mg per day",
        "screening_maximum: 100 micrograms per dose",
    )
    assert [finding.fact.what for finding in found.findings] == ["maximum", "maximum_exceptional", "screening_maximum"]
    assert verdicts(found) == ["above", "within", "not_comparable"]


def test_a_source_that_gives_no_limit_is_no_finding() -> None:
    assert checked(proposed("90 mg", "day"), "maximum: {absent: true}").findings == ()
    assert checked(proposed("90 mg", "day"), "usual: 40 mg per day").findings == ()


def test_no_verdict_ever_says_safe() -> None:
    for amount in ("1 mg", "80 mg", "8000 mg"):
        assert set(verdicts(checked(proposed(amount, "day"), ORAL))) <= {"above", "within", "not_comparable"}


@pytest.mark.parametrize(
    ("dose", "amount", "times", "per_day"),
    [
        (proposed("20 mg", "dose", 3), "20", "3", "60 mg"),
        (proposed("20 mg", times=3), "20", "3", "60 mg"),
        (proposed("60 mg", "day"), "60", "", "60 mg"),
        (proposed("2.50 mg", "dose", 2), "2.5", "2", "5 mg"),
        (proposed("0.1 mg", "dose", 3), "0.1", "3", "0.3 mg"),
        (proposed("20 mg", "dose"), "20", "", ""),
        (proposed("5 mg", "dose", 3, "10"), "5", "3", "15 to 30 mg"),
    ],
)
def test_the_dose_is_made_absolute_per_dose_and_per_day(
    dose: ProposedDose, amount: str, times: str, per_day: str
) -> None:
    found = checked(dose, ORAL)
    assert (found.amount, found.unit, found.times_daily, found.per_day) == (amount, "mg", times, per_day)


def test_a_range_said_downwards_does_not_stop_the_turn() -> None:
    assert verdicts(checked(proposed("100 mg", "day", high="60"), ORAL)) == ["above"]


@pytest.mark.parametrize(
    ("dose", "slip"),
    [
        (proposed("50 micrograms", "day"), "unit"),
        (proposed("50 micrograms", "dose", 3), "unit"),
        (proposed("800 mg", "day"), "tenfold"),
        (proposed("8000 mg", "day"), "tenfold"),
        (proposed("1.5 mg", "day"), "tenfold"),
        (proposed("799 mg", "day"), ""),
        (proposed("1.6 mg", "day"), ""),
        (proposed("60 mg", "day"), ""),
        (proposed("20 mg", "dose", 3), ""),
        (proposed("60 units", "day"), ""),
        (proposed("1 mg/kg", "day"), ""),
    ],
)
def test_a_slip_of_unit_or_tenfold_where_facts_are_in_milligrams(dose: ProposedDose, slip: str) -> None:
    assert checked(dose, ORAL).slip == slip


@pytest.mark.parametrize(
    ("dose", "slip"),
    [
        (proposed("50 mg", "day"), "unit"),
        (proposed("0.5 mg", "day"), "unit"),
        (proposed("500 micrograms", "day"), ""),
        (proposed("8000 micrograms", "day"), "tenfold"),
        (proposed("5 micrograms", "day"), "tenfold"),
    ],
)
def test_a_slip_of_unit_or_tenfold_where_facts_are_in_micrograms(dose: ProposedDose, slip: str) -> None:
    assert checked(dose, PUMP, source="us-pump", route="intrathecal").slip == slip


def test_without_masses_there_is_nothing_to_be_tenfold_away_from() -> None:
    assert checked(proposed("5000 mg", "day"), "usual: 2 mg/kg per day").slip == ""
    assert check_dose(proposed("5000 mg", "day"), ()).slip == ""


@QUICK
@given(st.decimals("0.001", "999", places=3), st.decimals("0.001", "999", places=3), st.integers(1, 12))
def test_above_is_exactly_above(amount: Decimal, limit: Decimal, times: int) -> None:
    found = checked(proposed(f"{amount} mg", "dose", times), f"maximum: {limit} mg per day")
    assert verdicts(found) == ["above" if amount * times > limit else "within"]


@QUICK
@given(st.decimals("0.001", "999", places=3), st.integers(1, 12))
def test_micrograms_are_compared_converted(amount: Decimal, times: int) -> None:
    small = checked(proposed(f"{amount * 1000} micrograms", "dose", times), "maximum: 80 mg per day")
    assert verdicts(small) == verdicts(checked(proposed(f"{amount} mg", "dose", times), "maximum: 80 mg per day"))
